using System.Globalization;

namespace ImageUtils.Errors;

/// <summary>A VHD, or a link of a chain of VHDs, is damaged or breaks the format's rules.</summary>
public sealed class VhdCorruptException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The link: a path, or the name of a member of an archive.</param>
    /// <param name="offset">Where in the link the trouble stands, in bytes; null: nowhere in particular.</param>
    /// <param name="reason">What is wrong.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public VhdCorruptException(string path, long? offset, string reason, Exception? innerException = null)
        : base("VhdCorrupt", ErrorKind.InvalidData, Say(path, offset, reason), innerException)
    {
        Path = path;
        Offset = offset;
        Reason = reason;
    }

    /// <summary>The link.</summary>
    public string Path { get; }

    /// <summary>Where in the link the trouble stands, in bytes; null: nowhere in particular.</summary>
    public long? Offset { get; }

    /// <summary>What is wrong.</summary>
    public string Reason { get; }

    private static string Say(string path, long? offset, string reason) => offset is null
        ? $"'{path}' is not a sound VHD: {reason}"
        : string.Create(CultureInfo.InvariantCulture, $"'{path}' is not a sound VHD: {reason} (At offset 0x{offset:x}.)");
}
