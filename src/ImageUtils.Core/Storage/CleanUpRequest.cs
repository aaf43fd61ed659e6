namespace ImageUtils.Storage;

/// <summary>Which temporary files a clean-up removes.</summary>
public sealed record CleanUpRequest
{
    /// <summary>Only files whose names end so; null: the option's backend, and where that is not set, every file that is named as ours are.</summary>
    public string? BackendName { get; init; }

    /// <summary>Only files that were not written for so long; null: of any age.</summary>
    public TimeSpan? OlderThan { get; init; }

    /// <summary>Also files that a running process uses.</summary>
    public bool Force { get; init; }
}
