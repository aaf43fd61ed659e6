namespace ImageUtils;

/// <summary>A native program the module can use (<c>Get-ImageTool</c>).</summary>
public sealed record ImageTool
{
    /// <summary>The program's name, for example <c>qemu-img</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The full path; null: not found.</summary>
    public string? Path { get; init; }

    /// <summary>The version as the program says it; null: not found or not understood.</summary>
    public string? Version { get; init; }

    /// <summary>True where the program was found, runs and says its version (and is new enough, where a minimum was asked for).</summary>
    public required bool IsAvailable { get; init; }

    /// <summary>What it can do for us, for example <c>convert</c>, <c>luks</c>, <c>force-share</c>.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];
}
