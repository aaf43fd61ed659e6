namespace ImageUtils.Errors;

/// <summary>A conversion ended without a good result.</summary>
public sealed class ConversionFailedException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="sourcePath">What was to be converted.</param>
    /// <param name="reason">What went wrong.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public ConversionFailedException(string sourcePath, string reason, Exception? innerException = null)
        : base("ConversionFailed", ErrorKind.InvalidResult, $"Converting '{sourcePath}' failed: {reason}", innerException)
    {
        SourcePath = sourcePath;
        Reason = reason;
    }

    /// <summary>What was to be converted.</summary>
    public string SourcePath { get; }

    /// <summary>What went wrong.</summary>
    public string Reason { get; }
}
