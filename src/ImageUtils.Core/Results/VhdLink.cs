namespace ImageUtils;

/// <summary>One VHD of a chain, as <c>Get-VhdChain</c> and <c>imageutils chain</c> show it.</summary>
public sealed record VhdLink
{
    /// <summary>The full path of the file; for a member of an archive the archive's path and the member's name.</summary>
    public required string Path { get; init; }

    /// <summary>The path of the newest link of the chain.</summary>
    public required string LeafPath { get; init; }

    /// <summary>0 for the newest link, one more for each parent.</summary>
    public required int Depth { get; init; }

    /// <summary>The kind of disk; null where it cannot be read.</summary>
    public VhdType? Type { get; init; }

    /// <summary>The size of the disk in bytes, by the footer; 0 where it cannot be read.</summary>
    public long VirtualSize { get; init; }

    /// <summary>The bytes of a block; 0 for a fixed disk.</summary>
    public long BlockSize { get; init; }

    /// <summary>The disk's own id; null where it cannot be read.</summary>
    public Guid? UniqueId { get; init; }

    /// <summary>The id of the parent; null for a disk that has none.</summary>
    public Guid? ParentUniqueId { get; init; }

    /// <summary>The parent's name as it stands in the file, fit to be shown; null for a disk that has none.</summary>
    public string? ParentName { get; init; }

    /// <summary>The number of blocks that are there; 0 for a fixed disk.</summary>
    public long AllocatedBlocks { get; init; }

    /// <summary>What keeps the chain from being merged at this link; null: nothing.</summary>
    public string? Problem { get; init; }
}
