using ImageUtils.Safety;

namespace ImageUtils.Errors;

/// <summary>The image breaks a rule: of safety, of what it claims to be, or of where it is to go.</summary>
public sealed class ImageUnacceptableException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="imageId">The image id, or the path of a file.</param>
    /// <param name="reason">Which rule, and what was found.</param>
    /// <param name="failedChecks">The checks that failed, if checks were made.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public ImageUnacceptableException(
        string imageId,
        string reason,
        IReadOnlyList<ImageCheck>? failedChecks = null,
        Exception? innerException = null)
        : base("ImageUnacceptable", ErrorKind.SecurityError, $"Image {imageId} is unacceptable: {reason}", innerException)
    {
        ImageId = imageId;
        Reason = reason;
        FailedChecks = failedChecks ?? [];
    }

    /// <summary>The image id, or the path of a file.</summary>
    public string ImageId { get; }

    /// <summary>Which rule, and what was found.</summary>
    public string Reason { get; }

    /// <summary>The checks that failed; empty where no inspection was made.</summary>
    public IReadOnlyList<ImageCheck> FailedChecks { get; }
}
