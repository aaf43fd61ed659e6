namespace ImageUtils.Cli;

/// <summary>The words can be parsed but make no sense together.</summary>
internal sealed class UsageException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is wrong, and what to write instead.</param>
    public UsageException(string message)
        : base(message)
    {
    }
}
