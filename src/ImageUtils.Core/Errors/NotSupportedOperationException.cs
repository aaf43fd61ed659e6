namespace ImageUtils.Errors;

/// <summary>Something that this version cannot do.</summary>
public sealed class NotSupportedOperationException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="operation">What was asked for.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public NotSupportedOperationException(string operation, Exception? innerException = null)
        : base("NotSupported", ErrorKind.NotImplemented, operation, innerException)
    {
        Operation = operation;
    }

    /// <summary>What was asked for.</summary>
    public string Operation { get; }
}
