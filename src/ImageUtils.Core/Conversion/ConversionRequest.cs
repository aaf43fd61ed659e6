using ImageUtils.Configuration;

namespace ImageUtils.Conversion;

/// <summary>A conversion of one file into another.</summary>
public sealed record ConversionRequest
{
    /// <summary>The full path of the source.</summary>
    public required string SourcePath { get; init; }

    /// <summary>The full path of the result; the folder must exist.</summary>
    public required string DestinationPath { get; init; }

    /// <summary>The format of the result.</summary>
    public required DiskFormat OutputFormat { get; init; }

    /// <summary>The subformat of the result (vhd: dynamic, fixed; vmdk: streamOptimized, …); null: the format's default.</summary>
    public string? OutputSubformat { get; init; }

    /// <summary>The format the source is claimed to be (also ami); null: what the inspector finds.</summary>
    public string? SourceFormat { get; init; }

    /// <summary>Compress the clusters of the result, where the format can.</summary>
    public bool Compress { get; init; }

    /// <summary>Write zeros too, so that nothing old shows through (qemu-img <c>-S 0</c>).</summary>
    public bool DisableSparse { get; init; }

    /// <summary>The size in bytes of the volume it must fit in; null: no volume.</summary>
    public long? VolumeSizeBytes { get; init; }

    /// <summary>A limit on the speed in bytes a second; null: none.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>Which engine.</summary>
    public ConversionEngineChoice Engine { get; init; }

    /// <summary>Run native tools through the root helper.</summary>
    public bool RunAsRoot { get; init; }

    /// <summary>Overwrite an existing destination.</summary>
    public bool Force { get; init; }

    /// <summary>The image id that errors name; null: the source path.</summary>
    public string? ImageId { get; init; }

    /// <summary>Names of safety checks that shall not lead to a refusal.</summary>
    public IReadOnlyList<string> IgnoreChecks { get; init; } = [];
}
