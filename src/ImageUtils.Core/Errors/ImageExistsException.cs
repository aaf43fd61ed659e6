namespace ImageUtils.Errors;

/// <summary>The image service has an image of that id already (Glance answers 409).</summary>
public sealed class ImageExistsException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="imageId">The id.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public ImageExistsException(string imageId, Exception? innerException = null)
        : base("ImageExists", ErrorKind.ResourceExists, $"There is an image {imageId} already.", innerException)
    {
        ImageId = imageId;
    }

    /// <summary>The id.</summary>
    public string ImageId { get; }
}
