namespace ImageUtils.Chains;

/// <summary>A chain of VHDs that becomes one disk.</summary>
public sealed record VhdMergeRequest
{
    /// <summary>Where the links are. Files may come in any order, since the ids in them tell it.</summary>
    public required VhdChainSource Source { get; init; }

    /// <summary>The full path of the result; its folder must exist. Null: <see cref="InPlace"/>.</summary>
    public string? DestinationPath { get; init; }

    /// <summary>Merge into the last link; with an archive: put the merged disk in the archive's place.</summary>
    public bool InPlace { get; init; }

    /// <summary>The format of the result: vhd or raw.</summary>
    public DiskFormat OutputFormat { get; init; } = DiskFormat.Vhd;

    /// <summary><c>dynamic</c> or <c>fixed</c>, for VHDs; null: dynamic.</summary>
    public string? OutputSubformat { get; init; }

    /// <summary>Believe the order of the links and not their ids, as cinder does; files come newest first.</summary>
    public bool IgnoreIdMismatch { get; init; }

    /// <summary>Who merges.</summary>
    public VhdEngineChoice Engine { get; init; }

    /// <summary>Overwrite an existing destination.</summary>
    public bool Force { get; init; }
}
