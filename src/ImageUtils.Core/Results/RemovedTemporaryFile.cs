namespace ImageUtils;

/// <summary>A temporary file that a clean-up found.</summary>
public sealed record RemovedTemporaryFile
{
    /// <summary>The full path.</summary>
    public required string Path { get; init; }

    /// <summary>The file name.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The number of bytes it had.</summary>
    public required long Size { get; init; }

    /// <summary>When it was written last, in UTC.</summary>
    public required DateTime LastWriteTime { get; init; }

    /// <summary>True where a process that still runs uses it; removed only by force.</summary>
    public required bool IsInUse { get; init; }
}
