namespace ImageUtils.Errors;

/// <summary>A text that should be the address of an image and cannot be used as one.</summary>
public sealed class InvalidAddressException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="address">The text, without a password that it may hold.</param>
    /// <param name="reason">What is wrong with it.</param>
    public InvalidAddressException(string address, string reason)
        : base("InvalidAddress", ErrorKind.InvalidArgument, $"'{address}' cannot be used as an address: {reason}")
    {
        Address = address;
        Reason = reason;
    }

    /// <summary>The text.</summary>
    public string Address { get; }

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; }
}
