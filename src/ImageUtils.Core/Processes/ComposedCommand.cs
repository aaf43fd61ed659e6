namespace ImageUtils.Processes;

/// <summary>A command line ready to start.</summary>
/// <param name="Words">The program and its arguments, everything in front of them included.</param>
/// <param name="Environment">Variables to be set for it.</param>
/// <param name="IsBehindRootHelper">True where the program runs as another user, whom the caller cannot signal.</param>
/// <param name="Notes">What the user should be told, because something of the request has no effect here.</param>
public sealed record ComposedCommand(
    IReadOnlyList<string> Words,
    IReadOnlyDictionary<string, string> Environment,
    bool IsBehindRootHelper,
    IReadOnlyList<CompositionNote> Notes);
