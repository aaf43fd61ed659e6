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

    /// <summary>Makes the exception for a file that another file names.</summary>
    /// <param name="path">The path.</param>
    /// <param name="namedBy">The file that names it.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public PathNotFoundException(string path, string namedBy, Exception? innerException)
        : base("PathNotFound", ErrorKind.ObjectNotFound, $"Cannot find the path '{path}', which '{namedBy}' names: it does not exist.", innerException)
    {
        Path = path;
        NamedBy = namedBy;
    }

    /// <summary>The path.</summary>
    public string Path { get; }

    /// <summary>The file that names it; null: the user did.</summary>
    public string? NamedBy { get; }
}
