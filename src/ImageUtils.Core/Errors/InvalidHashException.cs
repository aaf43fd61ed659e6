namespace ImageUtils.Errors;

/// <summary>A text that should be a hash, or the name of a hash algorithm, and is not.</summary>
public sealed class InvalidHashException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="value">The text.</param>
    /// <param name="reason">What is wrong with it.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public InvalidHashException(string value, string reason, Exception? innerException = null)
        : base("InvalidHash", ErrorKind.InvalidArgument, $"'{value}' cannot be used as a hash: {reason}", innerException)
    {
        Value = value;
        Reason = reason;
    }

    /// <summary>The text.</summary>
    public string Value { get; }

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; }
}
