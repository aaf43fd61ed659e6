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

    /// <summary>What was asked for.</summary>
    public string Subject { get; }
}
