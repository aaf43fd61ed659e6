namespace ImageUtils.Errors;

/// <summary>The identity service's catalogue names no address for a service.</summary>
public sealed class EndpointNotFoundException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="serviceType">The type of service, for example <c>image</c>.</param>
    /// <param name="reason">What the catalogue has instead.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public EndpointNotFoundException(string serviceType, string reason, Exception? innerException = null)
        : base("EndpointNotFound", ErrorKind.ObjectNotFound, $"The catalogue of the identity service has no address for the service '{serviceType}': {reason}", innerException)
    {
        ServiceType = serviceType;
        Reason = reason;
    }

    /// <summary>The type of service.</summary>
    public string ServiceType { get; }

    /// <summary>What the catalogue has instead.</summary>
    public string Reason { get; }
}
