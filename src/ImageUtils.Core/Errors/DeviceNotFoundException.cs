namespace ImageUtils.Errors;

/// <summary>A destination under /dev that does not exist.</summary>
public sealed class DeviceNotFoundException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The device path.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public DeviceNotFoundException(string path, Exception? innerException = null)
        : base("DeviceNotFound", ErrorKind.ObjectNotFound, $"The destination device '{path}' does not exist.", innerException)
    {
        Path = path;
    }

    /// <summary>The device path.</summary>
    public string Path { get; }
}
