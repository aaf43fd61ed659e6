namespace ImageUtils.Errors;

/// <summary>Conversion would be needed, and the option ConversionDisabled forbids it.</summary>
public sealed class ImageConversionNotAllowedException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="reason">Which format would be allowed.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public ImageConversionNotAllowedException(string imageId, string reason, Exception? innerException = null)
        : base("ImageConversionNotAllowed", ErrorKind.PermissionDenied, $"Image conversion not allowed for image {imageId}: {reason}", innerException)
    {
        ImageId = imageId;
        Reason = reason;
    }

    /// <summary>The image.</summary>
    public string ImageId { get; }

    /// <summary>Which format would be allowed.</summary>
    public string Reason { get; }
}
