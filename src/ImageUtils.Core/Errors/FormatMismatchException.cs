namespace ImageUtils.Errors;

/// <summary>The content is another format than was claimed or wanted.</summary>
public sealed class FormatMismatchException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">The format that was claimed or asked for.</param>
    /// <param name="actual">The format that was found.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public FormatMismatchException(string path, string expected, string actual, Exception? innerException = null)
        : base("FormatMismatch", ErrorKind.InvalidData, $"'{path}' should be {expected}, but its content is {actual}.", innerException)
    {
        Path = path;
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The format that was claimed or asked for.</summary>
    public string Expected { get; }

    /// <summary>The format that was found.</summary>
    public string Actual { get; }
}
