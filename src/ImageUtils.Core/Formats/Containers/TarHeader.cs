using ImageUtils.Storage;

namespace ImageUtils.Formats.Containers;

/// <summary>The header of a member of a tar archive (POSIX.1-1988 ustar, GNU), a block of 512 bytes.</summary>
internal sealed record TarHeader
{
    public const int Size = 512;

    private const int MostMembersLookedAt = 32;
    private const int ChecksumOffset = 148;

    public required string Name { get; init; }

    /// <summary>The length of the content; null where the number makes no sense.</summary>
    public required long? Length { get; init; }

    /// <summary>The kind of member; '0' and NUL are regular files.</summary>
    public required byte Kind { get; init; }

    public string LinkTarget { get; init; } = string.Empty;

    public bool IsRegular => Kind is (byte)'0' or 0;

    /// <summary>
    /// True where a first member with a right checksum stands at the beginning. The oldest archives (Unix version 7) have no
    /// other mark than that, and a mode and a size in octal.
    /// </summary>
    /// <param name="head">The first bytes of the file.</param>
    /// <returns>True for a tar archive.</returns>
    public static bool IsMatch(ReadOnlySpan<byte> head) =>
        head.Length >= Size
        && HasRightChecksum(head)
        && (head.HasAt(257, "ustar"u8) || (head[0] != 0 && ReadNumber(head.Slice(100, 8)) is not null && ReadNumber(head.Slice(124, 12)) is not null));

    /// <summary>Reads a header.</summary>
    /// <param name="block">The block.</param>
    /// <returns>The header, or null where it is none.</returns>
    public static TarHeader? TryRead(ReadOnlySpan<byte> block)
    {
        if (block.Length < Size || block.IsZero() || !HasRightChecksum(block))
        {
            return null;
        }

        string name = ImageText.Decode(block[..100]);
        string prefix = block.HasAt(257, "ustar\0"u8) ? ImageText.Decode(block.Slice(345, 155)) : string.Empty;
        return new TarHeader
        {
            Name = prefix.Length == 0 ? name : $"{prefix}/{name}",
            Length = ReadNumber(block.Slice(124, 12)),
            Kind = block[156],
            LinkTarget = ImageText.Decode(block.Slice(157, 100)),
        };
    }

    /// <summary>True where one of the first members is a virtual machine's description or a disk: an OVA.</summary>
    /// <param name="reader">The archive.</param>
    /// <returns>True for an OVA; null: the members that would say so are not there.</returns>
    public static bool? LooksLikeAppliance(IImageReader reader)
    {
        long position = 0;
        for (int index = 0; index < MostMembersLookedAt; index++)
        {
            if (!reader.Has(position, Size))
            {
                return null;
            }

            if (TryRead(reader.ReadArray(position, Size)) is not { Length: long length } header)
            {
                return false;
            }

            if (header.Name.EndsWith(".ovf", StringComparison.OrdinalIgnoreCase) || header.Name.EndsWith(".vmdk", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }

            if (length > long.MaxValue - position - (2 * Size) || (reader.IsLengthKnown && !reader.Contains((ulong)position, (ulong)length)))
            {
                return false;
            }

            position += Size + ((length + Size - 1) / Size * Size);
        }

        return false;
    }

    private static bool HasRightChecksum(ReadOnlySpan<byte> block)
    {
        long sum = 8 * ' ';
        for (int index = 0; index < Size; index++)
        {
            sum += index is >= ChecksumOffset and < ChecksumOffset + 8 ? 0 : block[index];
        }

        return ReadNumber(block.Slice(ChecksumOffset, 8)) == sum;
    }

    private static long? ReadNumber(ReadOnlySpan<byte> field)
    {
        // GNU: the first bit set, then a big-endian binary number.
        if ((field[0] & 0x80) != 0)
        {
            return field.Length > 8 && field[0] == 0x80 && field[..^8][1..].IsZero() && (field[^8] & 0x80) == 0 ? (long)field.U64Be(field.Length - 8) : null;
        }

        long value = 0;
        bool hasDigit = false;
        foreach (byte character in field)
        {
            if (character is >= (byte)'0' and <= (byte)'7')
            {
                value = (value * 8) + (character - '0');
                hasDigit = true;
            }
            else if (hasDigit || character is not (byte)' ')
            {
                break;
            }
        }

        return hasDigit ? value : null;
    }
}
