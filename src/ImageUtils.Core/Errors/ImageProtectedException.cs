namespace ImageUtils.Errors;

/// <summary>The image is protected and cannot be deleted (Glance answers 403).</summary>
public sealed class ImageProtectedException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public ImageProtectedException(string imageId, Exception? innerException = null)
        : base("ImageProtected", ErrorKind.PermissionDenied, $"Image {imageId} is protected and cannot be deleted.", innerException)
    {
        ImageId = imageId;
    }

    /// <summary>The image.</summary>
    public string ImageId { get; }
}
