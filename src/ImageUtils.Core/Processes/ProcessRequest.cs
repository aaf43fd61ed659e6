namespace ImageUtils.Processes;

/// <summary>A program to run, with words as a list; no shell is ever involved.</summary>
public sealed record ProcessRequest
{
    /// <summary>The program: a name to be found on PATH, or a full path.</summary>
    public required string FileName { get; init; }

    /// <summary>The words after it, each one argument.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Words that stand before the program, for example those of a throttle (<c>cgexec -g …</c>).</summary>
    public IReadOnlyList<string> Prefix { get; init; } = [];

    /// <summary>True: through the root helper, unless the caller is root already. No effect on Windows.</summary>
    public bool RunAsRoot { get; init; }

    /// <summary>True: <c>env LC_ALL=C</c> stands in front on Unix, as in cinder's info command; false: the locale is pinned by environment.</summary>
    public bool ShowLocale { get; init; }

    /// <summary>
    /// False: nothing stands in front of the program behind a root helper either. For programs of ours, whose words nobody
    /// reads: rules of root helpers that name their arguments stay simple.
    /// </summary>
    public bool PinLocale { get; init; } = true;

    /// <summary>Kernel limits; null: none.</summary>
    public ProcessLimits? Limits { get; init; }

    /// <summary>The time after which the program is ended; null: none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Texts that may stand in the arguments but never in a message, a log or an error.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    /// <summary>What the program is given on its standard input, which is closed behind it; null: nothing. It is never shown.</summary>
    public ReadOnlyMemory<byte>? StandardInput { get; init; }

    /// <summary>Called with the id of the process that was started, at once; null: no one listens.</summary>
    public Action<int>? OnStarted { get; init; }

    /// <summary>Called with each piece of standard output as it comes, for progress; null: no one listens.</summary>
    public Action<ReadOnlyMemory<char>>? OnOutput { get; init; }
}
