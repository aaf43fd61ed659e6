namespace ImageUtils.Errors;

/// <summary>Source and destination are the same file.</summary>
public sealed class DestinationIsSourceException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public DestinationIsSourceException(string path, Exception? innerException = null)
        : base("DestinationIsSource", ErrorKind.InvalidArgument, $"'{path}' is both source and destination.", innerException)
    {
        Path = path;
    }

    /// <summary>The file.</summary>
    public string Path { get; }
}
