namespace ImageUtils.Errors;

/// <summary>The upload of an image's data ended before it was whole.</summary>
public sealed class ImageUploadFailedException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="imageId">The image that was to get the data.</param>
    /// <param name="reason">What the system or the server said.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public ImageUploadFailedException(string imageId, string reason, Exception? innerException = null)
        : base("ImageUploadFailed", ErrorKind.ConnectionError, $"Failed to upload image {imageId}, reason: {reason}", innerException)
    {
        ImageId = imageId;
        Reason = reason;
    }

    /// <summary>The image that was to get the data.</summary>
    public string ImageId { get; }

    /// <summary>What the system or the server said.</summary>
    public string Reason { get; }
}
