
namespace ImageUtils.Safety;

/// <summary>What is asked of an inspection: the claim to hold the content against, and what is allowed.</summary>
public sealed record InspectionRequest
{
    /// <summary>An inspection without a claim, under the default policy.</summary>
    public static InspectionRequest Default { get; } = new();

    /// <summary>
    /// The format the image is claimed to be, as the user or the image service spelled it (any name that
    /// <see cref="DiskFormat.Parse"/> takes, and <c>ami</c>); null: no claim, whatever is found is accepted.
    /// </summary>
    public string? ClaimedFormat { get; init; }

    /// <summary>True: a qcow2 backing file is reported and not refused (cinder's allow_qcow2_backing_file).</summary>
    public bool AllowBackingFile { get; init; }

    /// <summary>True: what is claimed to be raw may be LUKS. An encrypted volume is uploaded as raw bytes, and Glance knows no name for it.</summary>
    public bool AllowLuks { get; init; }

    /// <summary>Names of checks (<see cref="CheckNames"/>) that shall not lead to a refusal.</summary>
    public IReadOnlyList<string> IgnoreChecks { get; init; } = [];

    /// <summary>The VMDK createTypes that are allowed; compared exactly, an empty list allows none.</summary>
    public IReadOnlyList<string> AllowedVmdkTypes { get; init; } = ["streamOptimized", "monolithicSparse"];

    /// <summary>How much is read.</summary>
    public InspectionDepth Depth { get; init; }

    /// <summary>The size in bytes of the volume the image is to fit in; null: no volume.</summary>
    public long? VolumeSizeBytes { get; init; }

    /// <summary>The image id that a refusal names; null: the path is named.</summary>
    public string? ImageId { get; init; }
}
