namespace ImageUtils.Errors;

/// <summary>The image does not fit where it is to go.</summary>
public sealed class ImageTooBigException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="imageId">The image, or its path.</param>
    /// <param name="reason">Why it does not fit.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public ImageTooBigException(string imageId, string reason, Exception? innerException = null)
        : base("ImageTooBig", ErrorKind.ResourceUnavailable, $"Image {imageId} size exceeded available disk space: {reason}", innerException)
    {
        ImageId = imageId;
        Reason = reason;
    }

    /// <summary>The image, or its path.</summary>
    public string ImageId { get; }

    /// <summary>Why it does not fit.</summary>
    public string Reason { get; }
}
