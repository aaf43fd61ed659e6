namespace ImageUtils.Errors;

/// <summary>A chain of backing files cannot be followed to its end, and not because a file is missing.</summary>
public sealed class BackingChainBrokenException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The image that names the next one.</param>
    /// <param name="backingFile">The name it gives, with control characters escaped.</param>
    /// <param name="reason">Why it is not followed.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public BackingChainBrokenException(string path, string backingFile, string reason, Exception? innerException = null)
        : base("BackingChainBroken", ErrorKind.InvalidData, $"The backing file '{backingFile}', which '{path}' names, is not followed: {reason}", innerException)
    {
        Path = path;
        BackingFile = backingFile;
        Reason = reason;
    }

    /// <summary>The image that names the next one.</summary>
    public string Path { get; }

    /// <summary>The name it gives.</summary>
    public string BackingFile { get; }

    /// <summary>Why it is not followed.</summary>
    public string Reason { get; }
}
