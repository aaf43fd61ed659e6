namespace ImageUtils.Errors;

/// <summary>A VHD, or a link of a chain of VHDs, is damaged or breaks the format's rules.</summary>
public sealed class VhdCorruptException : VhdException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The link: a path, or the name of a member of an archive.</param>
    /// <param name="offset">Where in the link the reason stands, in bytes; null: nowhere in particular.</param>
    /// <param name="reason">Why.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public VhdCorruptException(string path, long? offset, string reason, Exception? innerException = null)
        : base("VhdCorrupt", $"'{path}' is not a sound VHD", path, offset, reason, innerException)
    {
    }
}
