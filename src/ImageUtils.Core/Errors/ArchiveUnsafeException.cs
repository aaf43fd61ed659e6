using System.Globalization;

namespace ImageUtils.Errors;

/// <summary>An archive is damaged, or holds what nothing good would hold. Nothing of it was kept.</summary>
public sealed class ArchiveUnsafeException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="member">The member at fault, fit to be shown; null: the archive as a whole.</param>
    /// <param name="offset">Where in the unpacked archive, in bytes; null: nowhere in particular.</param>
    /// <param name="reason">What is wrong.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public ArchiveUnsafeException(string path, string? member, long? offset, string reason, Exception? innerException = null)
        : base("ArchiveUnsafe", ErrorKind.InvalidData, Say(path, member, offset, reason), innerException)
    {
        Path = path;
        Member = member;
        Offset = offset;
        Reason = reason;
    }

    /// <summary>The archive.</summary>
    public string Path { get; }

    /// <summary>The member at fault; null: the archive as a whole.</summary>
    public string? Member { get; }

    /// <summary>Where in the unpacked archive, in bytes; null: nowhere in particular.</summary>
    public long? Offset { get; }

    /// <summary>What is wrong.</summary>
    public string Reason { get; }

    private static string Say(string path, string? member, long? offset, string reason)
    {
        string subject = member is null ? string.Empty : $" Member '{member}':";
        string place = offset is null ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" (At offset 0x{offset:x} of what it unpacks to.)");
        return $"The archive '{path}' is not safe to unpack.{subject} {reason}{place}";
    }
}
