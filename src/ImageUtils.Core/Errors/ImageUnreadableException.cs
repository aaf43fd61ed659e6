namespace ImageUtils.Errors;

/// <summary>A file or device cannot be opened or read.</summary>
public sealed class ImageUnreadableException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reason">What the system said.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public ImageUnreadableException(string path, string reason, Exception? innerException = null)
        : base("ImageUnreadable", ErrorKind.ReadError, $"Cannot read '{path}': {reason}", innerException)
    {
        Path = path;
        Reason = reason;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What the system said.</summary>
    public string Reason { get; }

    /// <summary>True where the user may not, and somebody else might (Unix: EACCES, EPERM).</summary>
    public bool IsAccessDenied { get; init; }
}
