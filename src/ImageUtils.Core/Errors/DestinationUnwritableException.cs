namespace ImageUtils.Errors;

/// <summary>A destination cannot be created or written.</summary>
public sealed class DestinationUnwritableException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The destination.</param>
    /// <param name="reason">What the system said.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public DestinationUnwritableException(string path, string reason, Exception? innerException = null)
        : base("DestinationUnwritable", ErrorKind.WriteError, $"Cannot write '{path}': {reason}", innerException)
    {
        Path = path;
        Reason = reason;
    }

    /// <summary>The destination.</summary>
    public string Path { get; }

    /// <summary>What the system said.</summary>
    public string Reason { get; }
}
