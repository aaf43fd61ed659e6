namespace ImageUtils.Errors;

/// <summary>A file that was to be removed is still there.</summary>
public sealed class RemovalFailedException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reason">What the system said.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public RemovalFailedException(string path, string reason, Exception? innerException = null)
        : base("RemovalFailed", ErrorKind.WriteError, $"Cannot remove '{path}': {reason}", innerException)
    {
        Path = path;
        Reason = reason;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What the system said.</summary>
    public string Reason { get; }
}
