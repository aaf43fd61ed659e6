namespace ImageUtils.Errors;

/// <summary>A size that makes no sense.</summary>
public sealed class InvalidSizeException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="value">The text or number as given.</param>
    /// <param name="reason">What is wrong with it.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public InvalidSizeException(string value, string reason, Exception? innerException = null)
        : base("InvalidSize", ErrorKind.InvalidArgument, $"'{value}' is not a size that can be used here: {reason}", innerException)
    {
        Value = value;
        Reason = reason;
    }

    /// <summary>The text or number as given.</summary>
    public string Value { get; }

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; }
}
