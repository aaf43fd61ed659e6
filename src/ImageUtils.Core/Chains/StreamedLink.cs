using ImageUtils.Errors;
using ImageUtils.Formats.Vhd;

namespace ImageUtils.Chains;

/// <summary>
/// A link of an archive that is read as it comes by. That works where its beginning tells all: a copy of the footer, the
/// header, the table, then the blocks. Fixed disks and damaged beginnings do not; the footer at the end, which has the last
/// word, must say the same.
/// </summary>
internal sealed class StreamedLink
{
    private const int Chunk = 64 * 1024;
    private const long FarthestHeader = 16L << 20;

    private readonly XenArchive _archive;
    private readonly long _length;
    private readonly byte[] _tail = new byte[VhdFooter.Size];
    private readonly byte[] _scrap = new byte[Chunk];

    private StreamedLink(XenArchive archive, long length)
    {
        _archive = archive;
        _length = length;
    }

    /// <summary>How the link is to be read.</summary>
    public VhdLayout Layout { get; private set; } = null!;

    /// <summary>How far it was read.</summary>
    public long Position { get; private set; }

    /// <summary>Reads the beginning of a link.</summary>
    /// <param name="archive">The archive, at the link's first byte.</param>
    /// <param name="number">The link's number.</param>
    /// <param name="length">The link's length in bytes.</param>
    /// <returns>The link; null: it cannot be read as it comes by.</returns>
    /// <exception cref="VhdCorruptException">It breaks a rule, however it is read.</exception>
    /// <exception cref="ArchiveUnsafeException">The archive is damaged.</exception>
    public static StreamedLink? TryOpen(XenArchive archive, int number, long length)
    {
        var link = new StreamedLink(archive, length);
        return link.TryReadBeginning(archive.NameOf(number)) ? link : null;
    }

    /// <summary>Reads a part that was not passed yet.</summary>
    /// <param name="offset">Where it begins, in bytes of the link.</param>
    /// <param name="buffer">Where the bytes go; the link must hold them.</param>
    public void Read(long offset, Span<byte> buffer)
    {
        while (Position < offset)
        {
            Take(_scrap.AsSpan(0, (int)Math.Min(Chunk, offset - Position)));
        }

        Take(buffer);
    }

    /// <summary>Reads the rest of the link.</summary>
    /// <returns>False: the footer at its end says something else than the copy at its beginning, so what was read is wrong.</returns>
    /// <exception cref="VhdCorruptException">The footer at the end says that nobody may use the disk, or a block lies over it.</exception>
    public bool TryFinish()
    {
        Read(_length, []);
        (VhdFooter? footer, long offset) = FindFooter();
        if (footer is null)
        {
            return true;
        }

        if (footer is { IsDisabled: true, HasRightChecksum: true })
        {
            VhdRequirements.RequireFooter(Layout.Name, footer, offset);
        }

        if (footer.HasRightChecksum && (footer.CurrentSize, footer.Type, footer.DataOffset, footer.UniqueId) != (Layout.Footer.CurrentSize, Layout.Footer.Type, Layout.Footer.DataOffset, Layout.Footer.UniqueId))
        {
            return false;
        }

        VhdRequirements.RequireBlocks(Layout.Name, Layout.Table, Layout.Header!, Layout.HeaderOffset, offset, hasCopy: true);
        return true;
    }

    private (VhdFooter? Footer, long Offset) FindFooter()
    {
        if (VhdFooter.IsMatch(_tail))
        {
            return (VhdFooter.Read(_tail), _length - VhdFooter.Size);
        }

        byte[] old = [.. _tail[1..], 0];
        return VhdFooter.IsMatch(old) ? (VhdFooter.Read(old), _length - VhdFooter.OldSize) : (null, _length);
    }

    private bool TryReadBeginning(string name)
    {
        if (_length < VhdFooter.Size)
        {
            return false;
        }

        byte[] first = new byte[VhdFooter.Size];
        Take(first);
        VhdFooter footer = VhdFooter.Read(first);
        if (!VhdFooter.IsMatch(first) || !footer.HasRightChecksum || footer.Type is not (VhdFooter.DynamicType or VhdFooter.DifferencingType))
        {
            return false;
        }

        VhdRequirements.RequireFooter(name, footer, 0);
        long headerOffset = (long)Math.Min(footer.DataOffset, long.MaxValue);
        if (headerOffset < VhdFooter.Size || headerOffset > Math.Min(FarthestHeader, _length - VhdDynamicHeader.Size))
        {
            return false;
        }

        byte[] headerBytes = new byte[VhdDynamicHeader.Size];
        Read(headerOffset, headerBytes);
        VhdDynamicHeader header = VhdDynamicHeader.Read(headerBytes);
        Layout = new VhdLayout { Name = name, Footer = footer, FooterBytes = first, DataEnd = _length, Header = header };
        int blocks = VhdRequirements.RequireHeader(name, header, headerOffset, Layout.VirtualSize);
        long tableOffset = (long)Math.Min(header.TableOffset, long.MaxValue);
        if (tableOffset < Position || tableOffset > Math.Min(FarthestHeader, _length - (blocks * 4L)))
        {
            return false;
        }

        Layout = Layout with { Table = ReadTable(tableOffset, blocks) };
        VhdRequirements.RequireBlocks(name, Layout.Table, header, headerOffset, _length, hasCopy: true);
        return Layout.Table.InFileOrder() is not [(uint sector, _), ..] || sector * 512L >= Position;
    }

    private VhdBlockTable ReadTable(long offset, int blocks)
    {
        var table = new VhdBlockTable(blocks);
        byte[] chunk = new byte[Chunk];
        for (long done = 0; done < blocks * 4L; done += Chunk)
        {
            Span<byte> part = chunk.AsSpan(0, (int)Math.Min(Chunk, (blocks * 4L) - done));
            Read(offset + done, part);
            table.Load((int)(done / 4), part);
        }

        return table;
    }

    private void Take(Span<byte> buffer)
    {
        if (_archive.Read(buffer) < buffer.Length)
        {
            throw new VhdCorruptException(Layout?.Name ?? _archive.Name, Position, "it ends before its data do.");
        }

        // The last bytes may be the footer's; they come by only once.
        long tailStart = _length - VhdFooter.Size;
        long from = Math.Max(Position, tailStart);
        Position += buffer.Length;
        if (from < Position)
        {
            int skipped = buffer.Length - (int)(Position - from);
            buffer[skipped..].CopyTo(_tail.AsSpan((int)(from - tailStart)));
        }
    }
}
