namespace ImageUtils.Errors;

/// <summary>An image is signed, and the signature is not its data's, or cannot be held against them.</summary>
public sealed class SignatureInvalidException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="reason">Why the signature does not count.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public SignatureInvalidException(string imageId, string reason, Exception? innerException = null)
        : base("SignatureInvalid", ErrorKind.SecurityError, $"The signature of image {imageId} does not count: {reason}", innerException)
    {
        ImageId = imageId;
        Reason = reason;
    }

    /// <summary>The image.</summary>
    public string ImageId { get; }

    /// <summary>Why the signature does not count.</summary>
    public string Reason { get; }
}
