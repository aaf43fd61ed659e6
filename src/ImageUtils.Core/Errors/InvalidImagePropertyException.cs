namespace ImageUtils.Errors;

/// <summary>A property of an image has a value that image services do not take (Glance answers 400 or 403).</summary>
public sealed class InvalidImagePropertyException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="propertyName">The property by Glance's name, for example <c>disk_format</c>.</param>
    /// <param name="value">The value.</param>
    /// <param name="reason">What is wrong with it.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public InvalidImagePropertyException(string propertyName, string value, string reason, Exception? innerException = null)
        : base("InvalidImageProperty", ErrorKind.InvalidArgument, $"The value '{value}' of the image property {propertyName} cannot be used: {reason}", innerException)
    {
        PropertyName = propertyName;
        Value = value;
        Reason = reason;
    }

    /// <summary>The property by Glance's name.</summary>
    public string PropertyName { get; }

    /// <summary>The value.</summary>
    public string Value { get; }

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; }
}
