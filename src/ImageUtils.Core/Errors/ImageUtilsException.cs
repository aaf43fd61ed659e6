namespace ImageUtils.Errors;

/// <summary>
/// The root of everything that goes wrong in a way the caller can act on. Each cause has a type of its own with its
/// facts as properties, a stable id and a kind.
/// </summary>
public abstract class ImageUtilsException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="errorId">The stable cause, for example <c>ImageUnacceptable</c>.</param>
    /// <param name="kind">The kind of trouble.</param>
    /// <param name="message">What happened, in one or two sentences.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    protected ImageUtilsException(string errorId, ErrorKind kind, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        ErrorId = errorId;
        Kind = kind;
    }

    /// <summary>The stable cause; scripts may compare it.</summary>
    public string ErrorId { get; }

    /// <summary>The kind of trouble.</summary>
    public ErrorKind Kind { get; }

    /// <summary>What the user can do next, if there is something.</summary>
    public string? RecommendedAction { get; init; }
}
