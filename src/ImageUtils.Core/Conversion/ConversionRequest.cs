using System.Diagnostics.CodeAnalysis;

namespace ImageUtils.Conversion;

/// <summary>A conversion of one file into a volume.</summary>
public sealed record ConversionRequest : VolumeRequest
{
    /// <summary>Makes an empty request; the required properties are set by the caller.</summary>
    public ConversionRequest()
    {
    }

    /// <summary>Makes the request for a volume from a file.</summary>
    /// <param name="volume">What the volume shall be.</param>
    /// <param name="sourcePath">The full path of the source.</param>
    [SetsRequiredMembers]
    public ConversionRequest(VolumeRequest volume, string sourcePath)
        : base(volume) => SourcePath = sourcePath;

    /// <summary>The full path of the source.</summary>
    public required string SourcePath { get; init; }

    /// <summary>The format the source is claimed to be (also ami); null: what the inspector finds.</summary>
    public string? SourceFormat { get; init; }

    /// <summary>The image id that errors name; null: the source path.</summary>
    public string? ImageId { get; init; }

    /// <summary>Names of safety checks that shall not lead to a refusal.</summary>
    public IReadOnlyList<string> IgnoreChecks { get; init; } = [];
}
