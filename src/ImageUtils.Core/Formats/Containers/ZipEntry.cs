using System.Text;

namespace ImageUtils.Formats.Containers;

/// <summary>An entry of the central directory of a zip (APPNOTE 4.3.12), or the header in front of its data (4.3.7).</summary>
internal sealed record ZipEntry
{
    public const int CentralSize = 46;
    public const int LocalSize = 30;
    public const int Stored = 0;
    public const int Deflated = 8;

    private const int DescriptorFlag = 8;
    private const int EncryptionFlags = 0x2041;
    private const int FileTypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int Folder = 0x4000;
    private const int Pipe = 0x1000;
    private const int FolderAttribute = 0x10;

    public required string Name { get; init; }

    /// <summary>Where the entry itself stands, in bytes.</summary>
    public required long Offset { get; init; }

    /// <summary>The size of the entry with its name and fields.</summary>
    public required int Size { get; init; }

    public required int Flags { get; init; }

    public required int Method { get; init; }

    public required uint Crc { get; init; }

    /// <summary>The packed bytes.</summary>
    public required ulong Packed { get; init; }

    public required ulong Unpacked { get; init; }

    /// <summary>Where the header in front of the data stands.</summary>
    public ulong LocalOffset { get; init; }

    public uint Disk { get; init; }

    /// <summary>The file type of the attributes, where a system that has some wrote them; else 0.</summary>
    public int FileType { get; init; }

    public bool IsFolder { get; init; }

    /// <summary>True where a field that must be there for sizes of more than 4 GiB is not.</summary>
    public bool LacksSizes { get; init; }

    public bool IsEncrypted => (Flags & EncryptionFlags) != 0;

    /// <summary>True where checksum and sizes stand behind the data.</summary>
    public bool HasDescriptor => (Flags & DescriptorFlag) != 0;

    /// <summary>
    /// True for a link, a device or a socket. What came through a pipe is called one by Info-ZIP, and nobody makes one of it.
    /// </summary>
    public bool IsSpecial => FileType is not (0 or RegularFile or Folder or Pipe);

    /// <summary>Reads an entry of the central directory.</summary>
    /// <param name="bytes">The directory from this entry on.</param>
    /// <param name="offset">Where it stands.</param>
    /// <returns>The entry; null: there is none, or it is cut.</returns>
    public static ZipEntry? ReadCentral(ReadOnlySpan<byte> bytes, long offset)
    {
        int name = bytes.U16Le(28);
        int extra = bytes.U16Le(30);
        int size = CentralSize + name + extra + bytes.U16Le(32);
        if (!bytes.HasAt(0, "PK\u0001\u0002"u8) || size > bytes.Length)
        {
            return null;
        }

        ulong unpacked = bytes.U32Le(24);
        ulong packed = bytes.U32Le(20);
        ulong local = bytes.U32Le(42);
        uint disk = bytes.U16Le(34);
        bool isWhole = ReadWide(bytes.Slice(CentralSize + name, extra), ref unpacked, ref packed, ref local, ref disk);

        // 3 and 19 are the systems that have file types (Unix, macOS).
        int type = bytes.U8(5) is 3 or 19 ? (int)(bytes.U32Le(38) >> 16) & FileTypeMask : 0;
        string text = Decode(bytes.Slice(CentralSize, name));
        return new ZipEntry
        {
            Name = text,
            Offset = offset,
            Size = size,
            Flags = bytes.U16Le(8),
            Method = bytes.U16Le(10),
            Crc = bytes.U32Le(16),
            Packed = packed,
            Unpacked = unpacked,
            LocalOffset = local,
            Disk = disk,
            FileType = type,
            IsFolder = text.EndsWith('/') || type == Folder || (type == 0 && (bytes.U32Le(38) & FolderAttribute) != 0),
            LacksSizes = !isWhole,
        };
    }

    /// <summary>Reads the header in front of the data.</summary>
    /// <param name="bytes">The bytes from there on.</param>
    /// <param name="offset">Where it stands.</param>
    /// <returns>The header; null: there is none, or it is cut.</returns>
    public static ZipEntry? ReadLocal(ReadOnlySpan<byte> bytes, long offset)
    {
        int name = bytes.U16Le(26);
        int extra = bytes.U16Le(28);
        int size = LocalSize + name + extra;
        if (!bytes.HasAt(0, "PK\u0003\u0004"u8) || size > bytes.Length)
        {
            return null;
        }

        ulong unpacked = bytes.U32Le(22);
        ulong packed = bytes.U32Le(18);
        ulong local = 0;
        uint disk = 0;
        bool isWhole = ReadWide(bytes.Slice(LocalSize + name, extra), ref unpacked, ref packed, ref local, ref disk);
        return new ZipEntry
        {
            Name = Decode(bytes.Slice(LocalSize, name)),
            Offset = offset,
            Size = size,
            Flags = bytes.U16Le(6),
            Method = bytes.U16Le(8),
            Crc = bytes.U32Le(14),
            Packed = packed,
            Unpacked = unpacked,
            LacksSizes = !isWhole,
        };
    }

    /// <summary>Names are told apart byte by byte, whatever code page they were meant in.</summary>
    private static string Decode(ReadOnlySpan<byte> name) => Encoding.Latin1.GetString(name);

    /// <summary>APPNOTE 4.5.3: the field has, in this order, only those numbers that do not fit in their place.</summary>
    private static bool ReadWide(ReadOnlySpan<byte> extra, ref ulong unpacked, ref ulong packed, ref ulong local, ref uint disk)
    {
        bool isNeeded = unpacked == uint.MaxValue || packed == uint.MaxValue || local == uint.MaxValue;
        while (extra.Length >= 4)
        {
            int length = extra.U16Le(2);
            ReadOnlySpan<byte> field = extra.Part(4, length);
            if (extra.U16Le(0) == 1)
            {
                int position = 0;
                bool isWhole = Take(field, ref position, ref unpacked) && Take(field, ref position, ref packed) && Take(field, ref position, ref local);
                disk = disk == ushort.MaxValue ? field.U32Le(position) : disk;
                return isWhole;
            }

            extra = extra.Part(4 + length, extra.Length);
        }

        return !isNeeded;
    }

    private static bool Take(ReadOnlySpan<byte> field, ref int position, ref ulong number)
    {
        if (number != uint.MaxValue)
        {
            return true;
        }

        if (position > field.Length - 8)
        {
            return false;
        }

        number = field.U64Le(position);
        position += 8;
        return true;
    }
}
