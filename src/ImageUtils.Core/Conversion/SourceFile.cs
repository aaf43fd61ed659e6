using ImageUtils.Formats;

namespace ImageUtils.Conversion;

/// <summary>What a plan must know of the source besides the request.</summary>
/// <param name="Facts">What the inspector found.</param>
/// <param name="Length">The bytes of the file.</param>
/// <param name="AllocatedBytes">The bytes it takes on its file system.</param>
public sealed record SourceFile(ImageFacts Facts, long Length, long AllocatedBytes)
{
    /// <summary>True for a block device.</summary>
    public bool IsDevice { get; init; }
}
