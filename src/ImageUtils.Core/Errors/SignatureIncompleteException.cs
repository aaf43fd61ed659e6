namespace ImageUtils.Errors;

/// <summary>An image has some of the properties of a signature and not all: it may have lost them on purpose.</summary>
public sealed class SignatureIncompleteException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="missing">The names of the properties that are missing.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public SignatureIncompleteException(string imageId, IReadOnlyList<string> missing, Exception? innerException = null)
        : base("SignatureIncomplete", ErrorKind.SecurityError, $"The signature of image {imageId} is incomplete: {string.Join(", ", missing)} missing.", innerException)
    {
        ImageId = imageId;
        Missing = missing;
    }

    /// <summary>The image.</summary>
    public string ImageId { get; }

    /// <summary>The names of the properties that are missing.</summary>
    public IReadOnlyList<string> Missing { get; }
}
