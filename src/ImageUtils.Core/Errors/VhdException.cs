using System.Globalization;

namespace ImageUtils.Errors;

/// <summary>Something about a link of a chain of VHDs: which link, where in it, and why.</summary>
public abstract class VhdException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="errorId">The stable id.</param>
    /// <param name="summary">What is wrong, with the link.</param>
    /// <param name="path">The link: a path, or the name of a member of an archive.</param>
    /// <param name="offset">Where in the link the reason stands, in bytes; null: nowhere in particular.</param>
    /// <param name="reason">Why.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    private protected VhdException(string errorId, string summary, string path, long? offset, string reason, Exception? innerException)
        : base(errorId, ErrorKind.InvalidData, Say(summary, offset, reason), innerException)
    {
        Path = path;
        Offset = offset;
        Reason = reason;
    }

    /// <summary>The link.</summary>
    public string Path { get; }

    /// <summary>Where in the link the reason stands, in bytes; null: nowhere in particular.</summary>
    public long? Offset { get; }

    /// <summary>Why.</summary>
    public string Reason { get; }

    private static string Say(string summary, long? offset, string reason) =>
        $"{summary}: {reason}" + (offset is null ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" (At offset 0x{offset:x}.)"));
}
