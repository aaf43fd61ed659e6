namespace ImageUtils.Errors;

/// <summary>The image service cannot be reached.</summary>
public sealed class ServiceUnavailableException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="endpoint">The address or folder of the service.</param>
    /// <param name="reason">What went wrong.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public ServiceUnavailableException(string endpoint, string reason, Exception? innerException = null)
        : base("ServiceUnavailable", ErrorKind.ConnectionError, $"The image service {endpoint} is unavailable: {reason}", innerException)
    {
        Endpoint = endpoint;
        Reason = reason;
    }

    /// <summary>The address or folder of the service.</summary>
    public string Endpoint { get; }

    /// <summary>What went wrong.</summary>
    public string Reason { get; }
}
