namespace ImageUtils.Errors;

/// <summary>A device that is to be written is in use.</summary>
public sealed class DeviceBusyException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The device path.</param>
    /// <param name="reason">Who uses it, and how.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public DeviceBusyException(string path, string reason, Exception? innerException = null)
        : base("DeviceBusy", ErrorKind.ResourceBusy, $"The device '{path}' is in use: {reason}", innerException)
    {
        Path = path;
        Reason = reason;
    }

    /// <summary>The device path.</summary>
    public string Path { get; }

    /// <summary>Who uses it, and how.</summary>
    public string Reason { get; }
}
