namespace ImageUtils.Errors;

/// <summary>The image service does not let the caller in.</summary>
public sealed class NotAuthorizedException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="subject">What was asked for.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public NotAuthorizedException(string subject, Exception? innerException = null)
        : base("NotAuthorized", ErrorKind.AuthenticationError, $"Not authorized for {subject}.", innerException)
    {
        Subject = subject;
    }

    /// <summary>Makes the exception with what the service said.</summary>
    /// <param name="subject">What was asked for.</param>
    /// <param name="reason">What the service said, or what is missing.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public NotAuthorizedException(string subject, string reason, Exception? innerException = null)
        : base("NotAuthorized", ErrorKind.AuthenticationError, $"Not authorized for {subject}: {reason}", innerException)
    {
        Subject = subject;
        Reason = reason;
    }

    /// <summary>What was asked for.</summary>
    public string Subject { get; }

    /// <summary>What the service said, or what is missing; null: nothing was said.</summary>
    public string? Reason { get; }
}
