namespace ImageUtils.Errors;

/// <summary>An image has no signature, and one is required.</summary>
public sealed class SignatureMissingException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public SignatureMissingException(string imageId, Exception? innerException = null)
        : base("SignatureMissing", ErrorKind.SecurityError, $"Image {imageId} has no signature, and one is required.", innerException) => ImageId = imageId;

    /// <summary>The image.</summary>
    public string ImageId { get; }
}
