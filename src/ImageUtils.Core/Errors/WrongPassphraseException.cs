namespace ImageUtils.Errors;

/// <summary>A passphrase opens none of the key slots of an encrypted image.</summary>
public sealed class WrongPassphraseException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The encrypted image.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public WrongPassphraseException(string path, Exception? innerException = null)
        : base("WrongPassphrase", ErrorKind.AuthenticationError, $"The passphrase does not open '{path}'.", innerException)
    {
        Path = path;
    }

    /// <summary>The encrypted image.</summary>
    public string Path { get; }
}
