namespace ImageUtils.Errors;

/// <summary>The destination is there and was not to be overwritten.</summary>
public sealed class DestinationExistsException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The destination.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public DestinationExistsException(string path, Exception? innerException = null)
        : base("DestinationExists", ErrorKind.ResourceExists, $"'{path}' exists already. Use -Force (--force) to overwrite it.", innerException)
    {
        Path = path;
    }

    /// <summary>The destination.</summary>
    public string Path { get; }
}
