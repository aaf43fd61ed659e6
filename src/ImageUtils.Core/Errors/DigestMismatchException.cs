namespace ImageUtils.Errors;

/// <summary>The data have another hash than they should have.</summary>
public sealed class DigestMismatchException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="subject">The image id or path whose data were hashed.</param>
    /// <param name="algorithm">The hash algorithm.</param>
    /// <param name="expected">The hash that was promised, in lower-case hex.</param>
    /// <param name="actual">The hash of the data, in lower-case hex.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public DigestMismatchException(string subject, string algorithm, string expected, string actual, Exception? innerException = null)
        : base("DigestMismatch", ErrorKind.SecurityError, $"The {algorithm} hash of {subject} is {actual}, but {expected} was expected. The data were discarded.", innerException)
    {
        Subject = subject;
        Algorithm = algorithm;
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The image id or path whose data were hashed.</summary>
    public string Subject { get; }

    /// <summary>The hash algorithm.</summary>
    public string Algorithm { get; }

    /// <summary>The hash that was promised, in lower-case hex.</summary>
    public string Expected { get; }

    /// <summary>The hash of the data, in lower-case hex.</summary>
    public string Actual { get; }
}
