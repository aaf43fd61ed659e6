using ImageUtils.Configuration;
using ImageUtils.Formats;
using ImageUtils.Safety;
using ImageUtils.Services;
using ImageUtils.Storage;

namespace ImageUtils.Transfer;

/// <summary>
/// Glance's check of an upload. A disk of a format that has a header must be what its record says, and safe. What claims raw is
/// raw, whatever a guest wrote into it; of Amazon's images and of wrapped ones nothing says what they hold.
/// </summary>
public sealed class UploadInspector : IUploadInspector
{
    private readonly IImageInspector _inspector;
    private readonly Func<ImageUtilsOptions> _options;

    /// <summary>Makes the check.</summary>
    /// <param name="inspector">Who judges.</param>
    /// <param name="options">The settings as they are at each upload.</param>
    public UploadInspector(IImageInspector inspector, Func<ImageUtilsOptions> options)
    {
        _inspector = inspector;
        _options = options;
    }

    /// <inheritdoc/>
    public Action<ReadOnlyMemory<byte>>? Watch(ServiceImage image, long? size, CancellationToken cancellationToken) =>
        EarlyRefusal.Of(_inspector, RequestOf(image), image.ImageId, size, cancellationToken);

    /// <inheritdoc/>
    public long? Judge(ServiceImage image, IImageReader data, CancellationToken cancellationToken)
    {
        if (RequestOf(image) is not InspectionRequest request)
        {
            return IsRaw(image) ? data.Length : null;
        }

        ImageFacts facts = _inspector.Inspect(data, request, cancellationToken).ThrowIfUnacceptable().Facts;
        return facts.IsVirtualSizeKnown ? facts.VirtualSize : null;
    }

    private static bool IsBare(ServiceImage image) => string.Equals(image.ContainerFormat, ImageVocabulary.Bare, StringComparison.Ordinal);

    private static bool IsRaw(ServiceImage image) => IsBare(image) && ImageClaim.ClaimOf(image.DiskFormat, image.ImageId) == DiskFormat.Raw.Name;

    /// <summary>What is asked; null: nothing.</summary>
    private InspectionRequest? RequestOf(ServiceImage image)
    {
        ImageUtilsOptions options = _options();
        bool isOpaque = image.DiskFormat is null or "ami" or "ari" or "aki" || IsRaw(image);
        return !options.RequireImageFormatMatch || !IsBare(image) || isOpaque
            ? null
            : ImageClaim.OfDisk(image, options);
    }
}
