namespace ImageUtils.Errors;

/// <summary>A passphrase is missing where one is needed, or none that qemu-img could take as it is.</summary>
public sealed class InvalidPassphraseException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="subject">What the passphrase is for, or the file that should hold it; never the passphrase.</param>
    /// <param name="reason">What is wrong.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public InvalidPassphraseException(string subject, string reason, Exception? innerException = null)
        : base("InvalidPassphrase", ErrorKind.InvalidArgument, $"The passphrase for '{subject}' cannot be used: {reason}", innerException)
    {
        Subject = subject;
        Reason = reason;
    }

    /// <summary>What the passphrase is for, or the file that should hold it.</summary>
    public string Subject { get; }

    /// <summary>What is wrong.</summary>
    public string Reason { get; }
}
