using ImageUtils.Errors;
using ImageUtils.Services;

namespace ImageUtils.Transfer;

/// <summary>The image that gets a volume's data: one that is queued already, or one that will be made.</summary>
/// <param name="ImageId">The id of the queued image; null: one is made.</param>
/// <param name="NewImage">The image to make; null: there is one.</param>
/// <param name="DiskFormat">The disk format as image services name it.</param>
/// <param name="ContainerFormat">The container format.</param>
internal sealed record PublishTarget(string? ImageId, NewServiceImage? NewImage, string DiskFormat, string ContainerFormat)
{
    /// <summary>What errors call the image.</summary>
    public string Label => ImageId ?? NewImage!.ImageId ?? NewImage!.Name ?? "(new)";

    /// <summary>The format that the data will have: boot images of Amazon's kind are plain bytes.</summary>
    public DiskFormat Content => DiskFormat is "ami" or "ari" or "aki" ? ImageUtils.DiskFormat.Raw : ImageUtils.DiskFormat.Parse(DiskFormat);

    /// <summary>Finds the target of a request.</summary>
    /// <exception cref="ImageNotFoundException">The image that was named is not there.</exception>
    /// <exception cref="ImageStatusConflictException">It is not queued.</exception>
    /// <exception cref="DestinationIsSourceException">It is the image that the volume was made from.</exception>
    /// <exception cref="InvalidImagePropertyException">No image can have that disk format.</exception>
    public static async Task<PublishTarget> FindAsync(PublishRequest request, IImageService service, MetadataFilter filter, CancellationToken cancellationToken)
    {
        string? wantedId = request.ImageId ?? request.NewImage?.ImageId;
        if (wantedId is not null && string.Equals(wantedId, request.BaseImageId, StringComparison.OrdinalIgnoreCase))
        {
            throw new DestinationIsSourceException(wantedId);
        }

        if (request.NewImage is { } wish)
        {
            NewServiceImage definition = wish with
            {
                DiskFormat = ImageRules.GlanceDiskFormat(wish.DiskFormat),
                Properties = filter.Filter(wish.Properties),
            };
            return new PublishTarget(null, definition, definition.DiskFormat, definition.ContainerFormat);
        }

        ServiceImage image = await service.GetAsync(request.ImageId!, cancellationToken).ConfigureAwait(false);
        if (!string.Equals(image.Status, ImageVocabulary.Queued, StringComparison.Ordinal))
        {
            throw new ImageStatusConflictException(image.ImageId, image.Status, ImageVocabulary.Queued);
        }

        string diskFormat = image.DiskFormat ?? throw new ImageUnacceptableException(image.ImageId, "It has no disk_format.");
        return new PublishTarget(image.ImageId, null, ImageRules.GlanceDiskFormat(diskFormat), image.ContainerFormat ?? ImageVocabulary.Bare);
    }
}
