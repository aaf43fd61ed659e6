namespace ImageUtils.Errors;

/// <summary>The image service does not take a request as it is (Glance answers 400).</summary>
public sealed class RequestRefusedException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="subject">What was asked for.</param>
    /// <param name="reason">What the service said.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public RequestRefusedException(string subject, string reason, Exception? innerException = null)
        : base("RequestRefused", ErrorKind.InvalidArgument, $"The image service refused {subject}: {reason}", innerException)
    {
        Subject = subject;
        Reason = reason;
    }

    /// <summary>What was asked for.</summary>
    public string Subject { get; }

    /// <summary>What the service said.</summary>
    public string Reason { get; }
}
