using ImageUtils.Formats.Vhd;
using ImageUtils.Storage;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Chains;

/// <summary>
/// What a base is before it is merged into, as far as its footers and its length go, and the steps in which these change. As
/// long as the merge is under way, a footer with vhd-util's mark of a disk in work stands where every reader looks, so that
/// nobody takes the mixture for a disk.
/// </summary>
internal sealed record BaseState
{
    private const int IdSize = 16;

    /// <summary>The id of the disk.</summary>
    public required Guid UniqueId { get; init; }

    /// <summary>The first 512 bytes: the copy of the footer; for a fixed disk the beginning of its data, which stays.</summary>
    public required byte[] Head { get; init; }

    /// <summary>What stands behind the data: the footer, of 512 or 511 bytes; empty where the file lacks it.</summary>
    public required byte[] Tail { get; init; }

    /// <summary>The footer that counts, 512 bytes.</summary>
    public required byte[] Footer { get; init; }

    /// <summary>The length of the file.</summary>
    public long Length { get; init; }

    /// <summary>Where the data end and the footer begins.</summary>
    public long DataEnd { get; init; }

    /// <summary>Where the footer of a fixed disk will be; of others that is known only at the end.</summary>
    public long NewFooterOffset { get; init; }

    /// <summary>True for a fixed disk: no copy of its footer stands at the beginning.</summary>
    public bool IsFixed { get; init; }

    /// <summary>Looks at a base.</summary>
    /// <param name="layout">Its layout.</param>
    /// <param name="file">The file.</param>
    /// <param name="newSize">The size the disk will have.</param>
    /// <returns>The state.</returns>
    public static BaseState Of(VhdLayout layout, SafeFileHandle file, long newSize)
    {
        long length = RandomAccess.GetLength(file);
        byte[] head = new byte[VhdFooter.Size];
        byte[] tail = new byte[(int)(length - layout.DataEnd)];
        _ = FileBytes.Read(file, head, 0);
        FileBytes.ReadExactly(file, tail, layout.DataEnd);
        return new BaseState
        {
            UniqueId = layout.Footer.UniqueId,
            Head = head,
            Tail = tail,
            Footer = layout.FooterBytes,
            Length = length,
            DataEnd = layout.DataEnd,
            NewFooterOffset = layout.IsFixed ? newSize : 0,
            IsFixed = layout.IsFixed,
        };
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote; the numbers come from elsewhere.</summary>
    public static BaseState FromBytes(ReadOnlySpan<byte> bytes) => new()
    {
        UniqueId = new Guid(bytes[..IdSize]),
        Head = bytes.Slice(IdSize, VhdFooter.Size).ToArray(),
        Footer = bytes.Slice(IdSize + VhdFooter.Size, VhdFooter.Size).ToArray(),
        Tail = bytes.Slice(IdSize + (2 * VhdFooter.Size) + 4, BitConverter.ToInt32(bytes[(IdSize + (2 * VhdFooter.Size))..])).ToArray(),
    };

    /// <summary>The id and the footers as bytes.</summary>
    public byte[] ToBytes() => [.. UniqueId.ToByteArray(), .. Head, .. Footer, .. BitConverter.GetBytes(Tail.Length), .. Tail];

    /// <summary>Says whether the merge has begun: a footer is marked.</summary>
    /// <param name="file">The base.</param>
    public bool IsDisabled(SafeFileHandle file)
    {
        long[] places = IsFixed ? [DataEnd, NewFooterOffset] : [0];
        return Array.Exists(places, place => IsMarked(file, place));
    }

    /// <summary>Marks the disk as one in work; to be called before anything else is changed.</summary>
    /// <param name="file">The base.</param>
    public void Disable(SafeFileHandle file)
    {
        byte[] disabled = VhdFooterBytes.Disabled(Footer);
        if (!IsFixed)
        {
            RandomAccess.Write(file, disabled, 0);
            FileSync.Flush(file);
        }

        if (Tail.Length > 0)
        {
            RandomAccess.Write(file, disabled.AsSpan(0, Math.Min(Tail.Length, disabled.Length)), DataEnd);
            FileSync.Flush(file);
        }

        if (IsFixed && NewFooterOffset != DataEnd)
        {
            // The old place may become data; from here on the mark stands at the new one too.
            RandomAccess.SetLength(file, Math.Max(RandomAccess.GetLength(file), NewFooterOffset + VhdFooter.Size));
            RandomAccess.Write(file, disabled, NewFooterOffset);
            FileSync.Flush(file);
        }
    }

    /// <summary>Puts a base back that a merge had begun to change.</summary>
    /// <param name="file">The base.</param>
    /// <param name="putBack">Writes back the old bytes.</param>
    public void Undo(SafeFileHandle file, Action putBack)
    {
        // The marks first: they must outlast everything that is not put back yet.
        Disable(file);
        putBack();
        FileSync.Flush(file);
        RandomAccess.SetLength(file, Length);
        FileSync.Flush(file);
        if (Tail.Length > 0)
        {
            RandomAccess.Write(file, Tail, DataEnd);
            FileSync.Flush(file);
        }

        if (!IsFixed)
        {
            RandomAccess.Write(file, Head, 0);
            FileSync.Flush(file);
        }
    }

    /// <summary>Gives a merged base its footers, and the length that goes with them.</summary>
    /// <param name="file">The base.</param>
    /// <param name="footer">The footer.</param>
    /// <param name="footerOffset">Where it stands.</param>
    public void Finish(SafeFileHandle file, ReadOnlySpan<byte> footer, long footerOffset)
    {
        if (!IsMarked(file, footerOffset) && (IsFixed || !IsMarked(file, 0)))
        {
            // Finished already, and perhaps used since.
            return;
        }

        RandomAccess.SetLength(file, footerOffset + VhdFooter.Size);
        RandomAccess.Write(file, footer, footerOffset);
        FileSync.Flush(file);
        if (!IsFixed)
        {
            RandomAccess.Write(file, footer, 0);
            FileSync.Flush(file);
        }
    }

    private bool IsMarked(SafeFileHandle file, long place)
    {
        byte[] bytes = new byte[VhdFooter.Size];
        _ = FileBytes.Read(file, bytes, place);
        VhdFooter footer = VhdFooter.Read(bytes);
        return VhdFooter.IsMatch(bytes) && footer.IsDisabled && footer.HasRightChecksum && footer.UniqueId == UniqueId;
    }
}
