namespace ImageUtils.Formats.Containers;

/// <summary>What stands in front of the data of a gzip (RFC 1952, section 2.3).</summary>
internal sealed record GzipHeader
{
    /// <summary>No honest header comes near it.</summary>
    public const int MaximumSize = 64 * 1024;

    private const int FixedSize = 10;
    private const byte HeaderChecksum = 2;
    private const byte Extra = 4;
    private const byte NameFlag = 8;
    private const byte Comment = 16;
    private const byte Reserved = 0xe0;

    /// <summary>The name of the file that was packed; null: none is given.</summary>
    public string? Name { get; private init; }

    /// <summary>What is wrong with the header; null: nothing.</summary>
    public string? Problem { get; private init; }

    /// <summary>Reads a header.</summary>
    /// <param name="head">The first bytes; 64 KiB of them, or all.</param>
    /// <returns>The header, or what is wrong with it.</returns>
    public static GzipHeader Read(ReadOnlySpan<byte> head)
    {
        byte flags = head.U8(3);
        if ((flags & Reserved) != 0)
        {
            return new GzipHeader { Problem = FormattableString.Invariant($"flags (0x{flags:x2}) that nobody has defined") };
        }

        int position = FixedSize;
        if ((flags & Extra) != 0)
        {
            position += 2 + head.U16Le(position);
        }

        string? name = null;
        foreach (byte text in (ReadOnlySpan<byte>)[NameFlag, Comment])
        {
            if ((flags & text) == 0)
            {
                continue;
            }

            int length = position < head.Length ? head[position..].IndexOf((byte)0) : -1;
            if (length < 0)
            {
                return new GzipHeader { Problem = text == NameFlag ? "a name that does not end" : "a comment that does not end" };
            }

            name = text == NameFlag ? System.Text.Encoding.Latin1.GetString(head.Slice(position, length)) : name;
            position += length + 1;
        }

        position += (flags & HeaderChecksum) != 0 ? 2 : 0;
        return position >= head.Length
            ? new GzipHeader { Name = name, Problem = "a header that does not end" }
            : new GzipHeader { Name = name };
    }
}
