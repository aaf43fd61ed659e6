namespace ImageUtils.Errors;

/// <summary>A service cannot be reached, or gives answers that make no sense.</summary>
public sealed class ServiceUnavailableException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="endpoint">The address or folder of the service.</param>
    /// <param name="reason">What went wrong.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public ServiceUnavailableException(string endpoint, string reason, Exception? innerException = null)
        : this("image service", endpoint, reason, innerException)
    {
    }

    /// <summary>Makes the exception for another service than the image service.</summary>
    /// <param name="service">What kind of service it is, for example <c>identity service</c>.</param>
    /// <param name="endpoint">Its address.</param>
    /// <param name="reason">What went wrong.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public ServiceUnavailableException(string service, string endpoint, string reason, Exception? innerException)
        : base("ServiceUnavailable", ErrorKind.ConnectionError, $"The {service} {endpoint} is unavailable: {reason}", innerException)
    {
        Endpoint = endpoint;
        Reason = reason;
    }

    /// <summary>The address or folder of the service.</summary>
    public string Endpoint { get; }

    /// <summary>What went wrong.</summary>
    public string Reason { get; }
}
