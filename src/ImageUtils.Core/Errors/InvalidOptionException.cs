namespace ImageUtils.Errors;

/// <summary>A setting has a value that cannot be used.</summary>
public sealed class InvalidOptionException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="name">The setting as the user wrote it, for example the name of the environment variable.</param>
    /// <param name="value">The value.</param>
    /// <param name="reason">What is wrong with it.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public InvalidOptionException(string name, string value, string reason, Exception? innerException = null)
        : base("InvalidOption", ErrorKind.InvalidArgument, $"The value '{value}' of {name} cannot be used: {reason}", innerException)
    {
        Name = name;
        Value = value;
        Reason = reason;
    }

    /// <summary>The setting as the user wrote it.</summary>
    public string Name { get; }

    /// <summary>The value.</summary>
    public string Value { get; }

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; }
}
