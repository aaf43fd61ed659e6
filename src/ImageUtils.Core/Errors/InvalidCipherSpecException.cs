namespace ImageUtils.Errors;

/// <summary>A cipher specification does not have the form <c>cipher-mode-ivgen</c>.</summary>
public sealed class InvalidCipherSpecException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="cipherSpec">The specification as given.</param>
    /// <param name="reason">What is wrong with it.</param>
    public InvalidCipherSpecException(string cipherSpec, string reason)
        : base("InvalidCipherSpec", ErrorKind.InvalidArgument, $"'{cipherSpec}' is not a cipher specification: {reason}")
    {
        CipherSpec = cipherSpec;
        Reason = reason;
    }

    /// <summary>The specification as given.</summary>
    public string CipherSpec { get; }

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; }
}
