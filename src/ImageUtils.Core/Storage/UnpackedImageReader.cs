using System.Diagnostics;

namespace ImageUtils.Storage;

/// <summary>
/// What is packed, with random access and without holding it: one run measures and checks the whole, later
/// ones begin anew where something further in front is wanted. The first mebibyte and the pages that were used last stay in
/// memory (16 MiB), and how much is unpacked again is bounded.
/// </summary>
internal sealed class UnpackedImageReader : IImageReader
{
    private const int PagesAhead = 8;

    private readonly Func<IUnpackingSequence> _open;
    private readonly UnpackingLimits _limits;
    private readonly CancellationToken _cancellationToken;
    private readonly PageCache _pages = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private IUnpackingSequence? _sequence;
    private long _replayed;

    private UnpackedImageReader(Func<IUnpackingSequence> open, string name, UnpackingLimits limits, CancellationToken cancellationToken)
    {
        _open = open;
        _limits = limits;
        _cancellationToken = cancellationToken;
        Name = name;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public long Length { get; private set; }

    /// <inheritdoc/>
    public long BytesRead { get; private set; }

    /// <summary>The packed bytes up to the end of the data.</summary>
    public long Packed { get; private set; }

    /// <summary>The CRC-32 of the whole.</summary>
    public uint Checksum { get; private set; }

    /// <summary>Unpacks the whole once.</summary>
    /// <param name="open">Begins a run.</param>
    /// <param name="packed">The number of packed bytes there are.</param>
    /// <param name="name">What errors call the content.</param>
    /// <param name="limits">How far it goes.</param>
    /// <param name="most">How many bytes may come out before it is given up, which is no error.</param>
    /// <param name="cancellationToken">Ends it, later reads too.</param>
    /// <returns>The reader; null: more came out.</returns>
    /// <exception cref="UnpackingException">The data are damaged or cut, unpack to too much, or take too long.</exception>
    public static UnpackedImageReader? Open(Func<IUnpackingSequence> open, long packed, string name, UnpackingLimits limits, long most, CancellationToken cancellationToken)
    {
        var reader = new UnpackedImageReader(open, name, limits, cancellationToken);
        return reader.Measure(packed, most) ? reader : null;
    }

    /// <inheritdoc/>
    /// <exception cref="ContentNotHereException">The bytes could be had only by unpacking more than the limits allow.</exception>
    public int Read(long offset, Span<byte> buffer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        int done = 0;
        while (done < buffer.Length && offset + done < Length)
        {
            long at = offset + done;
            ReadOnlySpan<byte> page = Page(at / PageCache.PageSize).Span[(int)(at % PageCache.PageSize)..];
            int count = Math.Min(page.Length, buffer.Length - done);
            page[..count].CopyTo(buffer[done..]);
            done += count;
        }

        BytesRead += done;
        return done;
    }

    /// <inheritdoc/>
    public void Dispose() => _sequence?.Dispose();

    private bool Measure(long packed, long most)
    {
        using IUnpackingSequence sequence = _open();
        uint checksum = 0;
        for (long index = 0; !sequence.IsFinished; index++)
        {
            byte[] page = _pages.Rent();
            int count = Fill(sequence, page);
            checksum = Crc32.Append(checksum, page.AsSpan(0, count));
            _pages.Add(index, page, count);
            if (_limits.Refuse(sequence.Produced, packed) is string reason)
            {
                throw new UnpackingException(reason);
            }

            if (sequence.Produced > most)
            {
                return false;
            }

            if (count < PageCache.PageSize && !sequence.IsFinished)
            {
                throw new UnpackingException("it was cut");
            }
        }

        Length = sequence.Produced;
        Packed = sequence.Consumed;
        Checksum = checksum;
        return true;
    }

    private ReadOnlyMemory<byte> Page(long index)
    {
        if (_pages.TryGet(index, out ReadOnlyMemory<byte> page))
        {
            return page;
        }

        // What lies behind a place that was wanted is often wanted next.
        long last = Math.Min(index + PagesAhead, (Length - 1) / PageCache.PageSize);
        GoTo(index * PageCache.PageSize);
        for (long next = index; next <= last; next++)
        {
            byte[] bytes = _pages.Rent();
            int count = Fill(_sequence!, bytes);
            Count(count);
            if (next * PageCache.PageSize + count != _sequence!.Produced || (count < PageCache.PageSize && next * PageCache.PageSize + count != Length))
            {
                throw new UnpackingException("it was changed while it was read");
            }

            _pages.Add(next, bytes, count);
            page = next == index ? bytes.AsMemory(0, count) : page;
        }

        return page;
    }

    private void GoTo(long offset)
    {
        if (_sequence is null || _sequence.Produced > offset)
        {
            _sequence?.Dispose();
            _sequence = _open();
        }

        byte[] skipped = _pages.Rent();
        while (_sequence.Produced < offset)
        {
            int count = Fill(_sequence, skipped);
            Count(count);
            if (count < PageCache.PageSize)
            {
                throw new UnpackingException("it was changed while it was read");
            }
        }
    }

    private int Fill(IUnpackingSequence sequence, byte[] page)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        _limits.RequireTime(_started);
        return sequence.Read(page);
    }

    private void Count(int unpacked)
    {
        _replayed += unpacked;
        if (_replayed - _limits.FreeReplay > Length * _limits.MostReplays)
        {
            throw new ContentNotHereException(new ByteRange(_sequence!.Produced, 1));
        }
    }
}
