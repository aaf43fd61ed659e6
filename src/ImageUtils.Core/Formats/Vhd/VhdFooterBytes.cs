using System.Buffers.Binary;

namespace ImageUtils.Formats.Vhd;

/// <summary>
/// Makes footers. The creator is <c>tap\0</c>: every reader takes the footer's size for its disks, where qemu cuts those of
/// other creators to whole cylinders (block/vpc.c, vpc_open). Its version is 1.1: from 1.2 on vhd-util demands a batmap, and
/// its own reader of batmaps runs over the end for disks a little larger than a multiple of 8 GiB, and copies whole blocks
/// where the batmap lies; without one it reads the blocks' own bitmaps.
/// </summary>
internal static class VhdFooterBytes
{
    /// <summary>The creator of all we write.</summary>
    public const string Creator = "tap\0";

    /// <summary>The version of the creator.</summary>
    public const uint CreatorVersion = 0x00010001;

    private const int ChecksumOffset = 64;
    private static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Makes the footer of a new disk, with an id of its own.</summary>
    /// <param name="type">The type of the disk.</param>
    /// <param name="virtualSize">Its size in bytes.</param>
    /// <returns>512 bytes.</returns>
    public static byte[] New(uint type, long virtualSize)
    {
        byte[] footer = new byte[VhdFooter.Size];
        VhdFooter.Cookie.CopyTo(footer);
        Put32(footer, 8, 2);
        Put32(footer, 12, 0x00010000);
        Put64(footer, 16, type == VhdFooter.FixedType ? VhdFooter.NoHeader : VhdFooter.Size);
        Put32(footer, 24, (uint)(DateTime.UtcNow - Epoch).TotalSeconds);
        Put64(footer, 40, (ulong)virtualSize);
        Put32(footer, 60, type);
        Guid.NewGuid().TryWriteBytes(footer.AsSpan(68), bigEndian: true, out _);
        Resize(footer, virtualSize);
        return footer;
    }

    /// <summary>Gives a footer a size, and the creator by whom every reader sees it.</summary>
    /// <param name="footer">512 bytes.</param>
    /// <param name="virtualSize">The size of the disk in bytes.</param>
    public static void Resize(byte[] footer, long virtualSize)
    {
        VhdFooter.Cookie.CopyTo(footer);
        System.Text.Encoding.Latin1.GetBytes(Creator, footer.AsSpan(28));
        Put32(footer, 32, CreatorVersion);
        Put64(footer, 48, (ulong)virtualSize);
        VhdGeometry geometry = VhdGeometry.Of(virtualSize);
        BinaryPrimitives.WriteUInt16BigEndian(footer.AsSpan(56), geometry.Cylinders);
        footer[58] = geometry.Heads;
        footer[59] = geometry.TrackSectors;

        // Versions 0.1 and 1.1 of vhd-util left the hidden flag out of the checksum of a hidden disk; ours is in the open.
        footer[85] = 0;
        Seal(footer, ChecksumOffset);
    }

    /// <summary>Makes the footer of a disk that nobody may use until its change is finished: vhd-util's own mark.</summary>
    /// <param name="footer">512 bytes.</param>
    /// <returns>The same with another cookie.</returns>
    public static byte[] Disabled(byte[] footer)
    {
        byte[] disabled = [.. footer];
        VhdFooter.DisabledCookie.CopyTo(disabled);
        Seal(disabled, ChecksumOffset);
        return disabled;
    }

    /// <summary>Makes the header of a new dynamic disk.</summary>
    /// <param name="tableOffset">Where its table stands.</param>
    /// <param name="entries">The number of its entries.</param>
    /// <param name="blockSize">The bytes of a block.</param>
    /// <returns>1024 bytes.</returns>
    public static byte[] NewHeader(long tableOffset, uint entries, uint blockSize)
    {
        byte[] header = new byte[VhdDynamicHeader.Size];
        "cxsparse"u8.CopyTo(header);
        Put64(header, 8, ulong.MaxValue);
        Put64(header, 16, (ulong)tableOffset);
        Put32(header, 24, 0x00010000);
        Put32(header, 32, blockSize);
        SetEntries(header, entries);
        return header;
    }

    /// <summary>Gives a header another number of entries.</summary>
    /// <param name="header">1024 bytes.</param>
    /// <param name="entries">The number.</param>
    public static void SetEntries(byte[] header, uint entries)
    {
        Put32(header, 28, entries);
        Seal(header, 36);
    }

    private static void Seal(byte[] bytes, int checksumOffset) => Put32(bytes, checksumOffset, VhdFooter.Sum(bytes, checksumOffset));

    private static void Put32(byte[] bytes, int offset, uint value) => BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(offset), value);

    private static void Put64(byte[] bytes, int offset, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(offset), value);
}
