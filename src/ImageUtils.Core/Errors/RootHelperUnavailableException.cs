namespace ImageUtils.Errors;

/// <summary>The program that gives root rights cannot be used.</summary>
public sealed class RootHelperUnavailableException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="rootHelper">The words of the root helper.</param>
    /// <param name="reason">What it said.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public RootHelperUnavailableException(string rootHelper, string reason, Exception? innerException = null)
        : base("RootHelperUnavailable", ErrorKind.ResourceUnavailable, $"The root helper '{rootHelper}' cannot be used: {reason}", innerException)
    {
        RootHelper = rootHelper;
        Reason = reason;
    }

    /// <summary>The words of the root helper.</summary>
    public string RootHelper { get; }

    /// <summary>What it said.</summary>
    public string Reason { get; }
}
