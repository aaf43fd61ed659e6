namespace ImageUtils.Errors;

/// <summary>The download of an image ended before it was whole.</summary>
public sealed class ImageDownloadFailedException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="imageId">The image id or address.</param>
    /// <param name="reason">What the system or the server said.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public ImageDownloadFailedException(string imageId, string reason, Exception? innerException = null)
        : base("ImageDownloadFailed", ErrorKind.ConnectionError, $"Failed to download image {imageId}, reason: {reason}", innerException)
    {
        ImageId = imageId;
        Reason = reason;
    }

    /// <summary>The image id or address.</summary>
    public string ImageId { get; }

    /// <summary>What the system or the server said.</summary>
    public string Reason { get; }

    /// <summary>True where the line broke and the data themselves were right so far, so that a later download can go on.</summary>
    public bool IsInterrupted { get; init; }
}
