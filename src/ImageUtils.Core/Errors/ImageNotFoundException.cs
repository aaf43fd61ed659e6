namespace ImageUtils.Errors;

/// <summary>The image service has no image of that id or name.</summary>
public sealed class ImageNotFoundException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="imageId">The id that was asked for.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public ImageNotFoundException(string imageId, Exception? innerException = null)
        : base("ImageNotFound", ErrorKind.ObjectNotFound, $"Image {imageId} could not be found.", innerException)
    {
        ImageId = imageId;
    }

    /// <summary>The id that was asked for.</summary>
    public string ImageId { get; }
}
