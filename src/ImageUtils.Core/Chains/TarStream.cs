using System.Globalization;
using ImageUtils.Errors;
using ImageUtils.Formats;
using ImageUtils.Formats.Containers;

namespace ImageUtils.Chains;

/// <summary>
/// The members of a tar archive (POSIX.1-2001 pax, GNU long names) as they come by, without going back. Nothing is
/// unpacked here; what a member may be is its reader's question.
/// </summary>
internal sealed class TarStream
{
    private const int BlockSize = TarHeader.Size;
    private const int LongestExtension = 64 * 1024;

    private readonly ArchiveStream _stream;
    private readonly int _mostHeaders;
    private readonly byte[] _block = new byte[BlockSize];
    private long _left;
    private int _padding;
    private int _headers;

    /// <summary>Makes the reader.</summary>
    /// <param name="stream">The archive, at its beginning; it stays the caller's.</param>
    /// <param name="mostHeaders">The most headers that are read.</param>
    public TarStream(ArchiveStream stream, int mostHeaders)
    {
        _stream = stream;
        _mostHeaders = mostHeaders;
    }

    /// <summary>Goes on to the next member; what is left of the one before is read and dropped.</summary>
    /// <returns>The member, its offsets in bytes of the unpacked archive; null: the archive has come to its end.</returns>
    /// <exception cref="ArchiveUnsafeException">It is cut, damaged, or goes on behind its end.</exception>
    public TarMember? Next()
    {
        string? longName = null;
        Dictionary<string, string> records = [];
        while (true)
        {
            Drop();
            long place = _stream.Position;
            if (_stream.Read(_block) < BlockSize)
            {
                throw _stream.Unsafe(null, place == 0 ? "It is no tar archive." : "It was cut: the end is not marked.");
            }

            if (((ReadOnlySpan<byte>)_block).IsZero())
            {
                if (longName is not null || records.Count > 0)
                {
                    throw _stream.Unsafe(null, "A member whose name stands there is missing.");
                }

                RequireEnd();
                return null;
            }

            TarHeader header = TarHeader.TryRead(_block) ?? throw _stream.Unsafe(null, place == 0 ? "It is no tar archive." : "A member's header is damaged.");
            if (++_headers > _mostHeaders)
            {
                throw _stream.Unsafe(null, FormattableString.Invariant($"It has more than {_mostHeaders} headers."));
            }

            _left = LengthOf(header, records);
            _padding = (int)((BlockSize - (_left % BlockSize)) % BlockSize);
            switch (header.Kind)
            {
                case (byte)'L':
                    longName = ImageText.Decode(ReadExtension());
                    break;
                case (byte)'x':
                    records = ReadRecords();
                    break;
                case (byte)'g':
                    // A comment of git, for example. What names or sizes all members at once serves nobody, and programs differ in whether they obey.
                    if (PaxRecords.ChangesMembers(ReadRecords()))
                    {
                        throw _stream.Unsafe(null, "A header for the whole archive gives its members other names or sizes.");
                    }

                    break;
                default:
                    RefuseSparse(records);
                    return new TarMember(records.GetValueOrDefault(PaxRecords.Path) ?? longName ?? header.Name, header.Kind, place, _stream.Position, _left);
            }
        }
    }

    /// <summary>Reads on in the member.</summary>
    /// <param name="buffer">Where the bytes go.</param>
    /// <returns>The number of bytes; fewer than the buffer only at the member's end.</returns>
    /// <exception cref="ArchiveUnsafeException">The archive ends before the member does.</exception>
    public int Read(Span<byte> buffer)
    {
        int wanted = (int)Math.Min(buffer.Length, _left);
        if (_stream.Read(buffer[..wanted]) < wanted)
        {
            throw _stream.Unsafe(null, "It was cut: it ends inside a member.");
        }

        _left -= wanted;
        return wanted;
    }

    private Dictionary<string, string> ReadRecords() =>
        PaxRecords.Read(ReadExtension()) ?? throw _stream.Unsafe(null, "The attributes of a member are damaged.");

    private long LengthOf(TarHeader header, Dictionary<string, string> records)
    {
        long? length = records.TryGetValue(PaxRecords.Size, out string? text)
            ? long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long parsed) ? parsed : null
            : header.Length;

        if (header.Kind == (byte)'5' && length is > 0)
        {
            // Some programs read what follows as the folder's data, others as the next member.
            throw _stream.Unsafe(null, "A folder has data.");
        }

        // Links and devices have no content, whatever number stands there.
        bool hasContent = header.Kind is not (byte)'1' and not (byte)'2' and not (byte)'3' and not (byte)'4' and not (byte)'5' and not (byte)'6';
        return length is >= 0 ? (hasContent ? length.Value : 0) : throw _stream.Unsafe(null, "A member's length is no number.");
    }

    private void RefuseSparse(Dictionary<string, string> records)
    {
        if (PaxRecords.HasSparse(records))
        {
            throw _stream.Unsafe(null, "A member is a sparse file of GNU tar, which is not what it seems to be.");
        }
    }

    private byte[] ReadExtension()
    {
        if (_left > LongestExtension)
        {
            throw _stream.Unsafe(null, FormattableString.Invariant($"An extended header of {_left} bytes is larger than any name."));
        }

        byte[] content = new byte[_left];
        _ = Read(content);
        return content;
    }

    private void Drop()
    {
        byte[] scrap = _left > 0 ? new byte[256 * 1024] : [];
        while (_left > 0)
        {
            _ = Read(scrap);
        }

        if (_padding > 0 && _stream.Read(_block.AsSpan(0, _padding)) < _padding)
        {
            throw _stream.Unsafe(null, "It was cut: it ends inside a member.");
        }

        _padding = 0;
    }

    private void RequireEnd()
    {
        byte[] rest = new byte[64 * 1024];
        int count;
        while ((count = _stream.Read(rest)) > 0)
        {
            if (rest.AsSpan(0, count).ContainsAnyExcept((byte)0))
            {
                throw _stream.Unsafe(null, "There is something behind the mark of its end.");
            }
        }
    }
}
