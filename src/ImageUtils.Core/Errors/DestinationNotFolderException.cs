namespace ImageUtils.Errors;

/// <summary>Several inputs were to go into one file.</summary>
public sealed class DestinationNotFolderException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The destination.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public DestinationNotFolderException(string path, Exception? innerException = null)
        : base("DestinationNotFolder", ErrorKind.InvalidArgument, $"More than one input would be written to '{path}'. Name an existing folder, or end the name with a directory separator.", innerException)
    {
        Path = path;
    }

    /// <summary>The destination.</summary>
    public string Path { get; }
}
