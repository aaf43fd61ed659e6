using System.Globalization;

namespace ImageUtils.Errors;

/// <summary>VHDs that are no chain: a parent is missing or another one, the order is wrong, or it goes in a circle.</summary>
public sealed class VhdChainBrokenException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The link at which the chain breaks: a path, or the name of a member of an archive.</param>
    /// <param name="offset">Where in the link the reason stands, in bytes; null: nowhere in particular.</param>
    /// <param name="reason">Why.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public VhdChainBrokenException(string path, long? offset, string reason, Exception? innerException = null)
        : base("VhdChainBroken", ErrorKind.InvalidData, Say(path, offset, reason), innerException)
    {
        Path = path;
        Offset = offset;
        Reason = reason;
    }

    /// <summary>The link at which the chain breaks.</summary>
    public string Path { get; }

    /// <summary>Where in the link the reason stands, in bytes; null: nowhere in particular.</summary>
    public long? Offset { get; }

    /// <summary>Why.</summary>
    public string Reason { get; }

    private static string Say(string path, long? offset, string reason) => offset is null
        ? $"The chain of VHDs is broken at '{path}': {reason}"
        : string.Create(CultureInfo.InvariantCulture, $"The chain of VHDs is broken at '{path}': {reason} (At offset 0x{offset:x}.)");
}
