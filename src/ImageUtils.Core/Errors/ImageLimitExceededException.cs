namespace ImageUtils.Errors;

/// <summary>A quota or limit of the image service is reached (Glance answers 413; cinder: ImageLimitExceeded).</summary>
public sealed class ImageLimitExceededException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="subject">What was asked for.</param>
    /// <param name="reason">What the service said.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public ImageLimitExceededException(string subject, string reason, Exception? innerException = null)
        : base("ImageLimitExceeded", ErrorKind.ResourceUnavailable, $"A limit of the image service does not allow {subject}: {reason}", innerException)
    {
        Subject = subject;
        Reason = reason;
    }

    /// <summary>What was asked for.</summary>
    public string Subject { get; }

    /// <summary>What the service said.</summary>
    public string Reason { get; }
}
