namespace ImageUtils.Processes;

/// <summary>What the composition of a command line depends on besides the request.</summary>
public sealed record PlatformFacts
{
    /// <summary>True on Windows: no root helper, no <c>env</c>, no kernel limits.</summary>
    public required bool IsWindows { get; init; }

    /// <summary>True where the caller is root (or an administrator): a root helper has no effect.</summary>
    public required bool IsRoot { get; init; }

    /// <summary>True where util-linux's <c>prlimit</c> was found.</summary>
    public required bool HasPrlimit { get; init; }

    /// <summary>The folders programs are looked for in, separated as on PATH; null: the PATH of this process.</summary>
    public string? SearchPath { get; init; }

    /// <summary>The facts of the system this runs on.</summary>
    /// <param name="searchPath">See <see cref="SearchPath"/>.</param>
    /// <returns>The facts.</returns>
    public static PlatformFacts Current(string? searchPath = null) => new()
    {
        IsWindows = OperatingSystem.IsWindows(),
        IsRoot = Environment.IsPrivilegedProcess,
        HasPrlimit = OperatingSystem.IsLinux() && ExecutableSearch.Find("prlimit", searchPath) is not null,
        SearchPath = searchPath,
    };
}
