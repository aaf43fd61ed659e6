namespace ImageUtils.Errors;

/// <summary>A path that was named does not exist.</summary>
public sealed class PathNotFoundException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The path.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public PathNotFoundException(string path, Exception? innerException = null)
        : base("PathNotFound", ErrorKind.ObjectNotFound, $"Cannot find the path '{path}': it does not exist.", innerException)
    {
        Path = path;
    }

    /// <summary>The path.</summary>
    public string Path { get; }
}
