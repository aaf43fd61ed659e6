using System.Buffers;
using System.Buffers.Binary;
using ImageUtils.Storage;

namespace ImageUtils.Safety;

/// <summary>
/// Reads tables in pieces, and counts what it reads. Tables that overlap nothing cannot be longer together than the file
/// they lie in; that bounds the work, whatever an image claims.
/// </summary>
internal sealed class TableScan
{
    /// <summary>Bytes read at once.</summary>
    public const int PieceSize = 64 * 1024;

    private readonly InspectionContext _context;
    private long _budget;

    /// <summary>Makes a scan.</summary>
    /// <param name="context">The bytes and what is asked.</param>
    /// <param name="metadataBytes">How much is read where only the top tables are asked for.</param>
    public TableScan(InspectionContext context, long metadataBytes)
    {
        _context = context;
        _budget = context.IsFull ? context.Reader.Length : metadataBytes;
    }

    /// <summary>Judges an entry.</summary>
    /// <param name="entry">Its bytes, in the order of the file.</param>
    /// <param name="place">Where it stands.</param>
    /// <returns>False: nothing more is to be read.</returns>
    public delegate bool Judge(ReadOnlySpan<byte> entry, long place);

    /// <summary>True where the bound was reached.</summary>
    public bool IsSpent => _budget <= 0;

    /// <summary>Judges each 32-bit entry of a table.</summary>
    /// <inheritdoc cref="Entries"/>
    public bool Words(long offset, long size, bool isBigEndian, Func<uint, long, bool> judge, byte? blank = null) =>
        Entries(offset, size, 4, (entry, place) => judge(isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(entry) : BinaryPrimitives.ReadUInt32LittleEndian(entry), place), blank);

    /// <summary>Judges each 64-bit entry of a table.</summary>
    /// <inheritdoc cref="Entries"/>
    public bool LongWords(long offset, long size, bool isBigEndian, Func<ulong, long, bool> judge, byte? blank = null) =>
        Entries(offset, size, 8, (entry, place) => judge(isBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(entry) : BinaryPrimitives.ReadUInt64LittleEndian(entry), place), blank);

    /// <summary>Judges each entry of a table, as far as the bound and the file allow.</summary>
    /// <param name="offset">Where the table begins.</param>
    /// <param name="size">Its length in bytes.</param>
    /// <param name="entrySize">The length of an entry.</param>
    /// <param name="judge">What is done with an entry.</param>
    /// <param name="blank">An entry of nothing but this byte means nothing and is passed over; null: there is none such.</param>
    /// <returns>False where an entry ended the work.</returns>
    public bool Entries(long offset, long size, int entrySize, Judge judge, byte? blank = null)
    {
        // Borrowed: a table of 64 MiB would leave as much garbage behind, and entries of one table lead to scans of others.
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            for (long done = 0; done < size && _budget > 0; done += PieceSize)
            {
                _context.CancellationToken.ThrowIfCancellationRequested();
                int wanted = (int)Math.Min(Math.Min(PieceSize, size - done), _budget);
                int count = Read(offset + done, piece.AsSpan(0, wanted));
                _budget -= wanted;
                for (int index = 0; index <= count - entrySize; index += entrySize)
                {
                    if (blank is byte filler && piece[index] == filler)
                    {
                        // Most of a table is blank: as fast as memory is read.
                        int run = piece.AsSpan(index, count - index).IndexOfAnyExcept(filler);
                        index += (run < 0 ? count - index : run) / entrySize * entrySize;
                        if (index > count - entrySize)
                        {
                            break;
                        }
                    }

                    if (!judge(piece.AsSpan(index, entrySize), offset + done + index))
                    {
                        return false;
                    }
                }

                if (count < wanted)
                {
                    break;
                }
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private int Read(long offset, Span<byte> piece) => offset < 0 || offset >= _context.Reader.Length ? 0 : _context.Reader.Read(offset, piece);
}
