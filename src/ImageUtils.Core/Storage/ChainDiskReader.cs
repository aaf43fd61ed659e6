using System.Buffers;

namespace ImageUtils.Storage;

/// <summary>
/// A chain of images as one disk: the newest image that holds a place gives it. Where an image ends before the disk does,
/// zeros follow, and older images are not asked. What no image holds stays absent.
/// </summary>
internal sealed class ChainDiskReader : IDiskReader
{
    private const int ZeroLayer = -1;
    private const int AbsentLayer = -2;

    /// <summary>More runs than this are cheaper to read with what lies between them, unless that is most of it.</summary>
    private const int FewRuns = 8;

    /// <summary>The part of a span, one in so many bytes, that runs must cover for the span to be read at once.</summary>
    private const int LeastCover = 4;

    private readonly IReadOnlyList<IDiskReader> _layers;
    private readonly List<Segment> _segments = [];
    private List<(long Offset, long End)> _pending = [];
    private List<(long Offset, long End)> _passedOn = [];
    private long _resolved = -1;
    private long _resolvedEnd = -1;

    /// <summary>Makes the disk.</summary>
    /// <param name="layers">The images, newest first; at least one. They are disposed of with the chain.</param>
    public ChainDiskReader(IReadOnlyList<IDiskReader> layers) => _layers = layers;

    /// <inheritdoc/>
    public string Name => _layers[0].Name;

    /// <inheritdoc/>
    public long VirtualSize => _layers[0].VirtualSize;

    /// <inheritdoc/>
    public long BytesRead => _layers.Sum(layer => layer.BytesRead);

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> buffer)
    {
        buffer.Clear();
        long end = Math.Min(VirtualSize, offset + buffer.Length);
        while (offset < end)
        {
            int count = (int)(Math.Min(end, WindowEnd(offset)) - offset);
            Resolve(offset, offset + count);
            for (int layer = 0; layer < _layers.Count; layer++)
            {
                ReadLayer(layer, offset, buffer[..count]);
            }

            buffer = buffer[count..];
            offset += count;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<DiskExtent> Map(long offset, long length)
    {
        long end = Math.Min(VirtualSize, offset + length);
        while (offset < end)
        {
            long windowEnd = Math.Min(end, WindowEnd(offset));
            Resolve(offset, windowEnd);

            // Whoever asks may read between two extents, which resolves anew.
            foreach (Segment segment in _segments.ToArray())
            {
                yield return new DiskExtent(segment.Offset, segment.End - segment.Offset, segment.Layer switch
                {
                    ZeroLayer => DiskExtentKind.Zero,
                    AbsentLayer => DiskExtentKind.Absent,
                    _ => DiskExtentKind.Data,
                });
            }

            offset = windowEnd;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDiskReader layer in _layers)
        {
            layer.Dispose();
        }
    }

    private static long WindowEnd(long offset) => (offset / DiskCopy.Window * DiskCopy.Window) + DiskCopy.Window;

    private void ReadLayer(int layer, long start, Span<byte> buffer)
    {
        int runs = 0;
        long first = 0;
        long last = 0;
        long wanted = 0;
        foreach (Segment segment in _segments)
        {
            if (segment.Layer == layer)
            {
                first = runs++ == 0 ? segment.Offset : first;
                last = segment.End;
                wanted += segment.End - segment.Offset;
            }
        }

        if (runs == 0)
        {
            return;
        }

        if (runs <= FewRuns || wanted * LeastCover < last - first)
        {
            foreach (Segment segment in _segments)
            {
                if (segment.Layer == layer)
                {
                    _layers[layer].Read(segment.Offset, buffer[(int)(segment.Offset - start)..(int)(segment.End - start)]);
                }
            }

            return;
        }

        byte[] whole = ArrayPool<byte>.Shared.Rent((int)(last - first));
        try
        {
            _layers[layer].Read(first, whole.AsSpan(0, (int)(last - first)));
            foreach (Segment segment in _segments)
            {
                if (segment.Layer == layer)
                {
                    whole.AsSpan((int)(segment.Offset - first), (int)(segment.End - segment.Offset)).CopyTo(buffer[(int)(segment.Offset - start)..]);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    /// <summary>Finds out which layer gives which part of a window.</summary>
    private void Resolve(long start, long end)
    {
        if (_resolved == start && _resolvedEnd == end)
        {
            return;
        }

        _segments.Clear();
        _pending.Clear();
        _pending.Add((start, end));
        long limit = long.MaxValue;
        for (int layer = 0; layer < _layers.Count && _pending.Count > 0; layer++)
        {
            limit = Math.Min(limit, _layers[layer].VirtualSize);
            _passedOn.Clear();
            foreach ((long offset, long stop) in _pending)
            {
                Ask(layer, offset, Math.Min(stop, limit));
                Add(Math.Max(offset, limit), stop, ZeroLayer);
            }

            (_pending, _passedOn) = (_passedOn, _pending);
        }

        foreach ((long offset, long stop) in _pending)
        {
            Add(offset, stop, AbsentLayer);
        }

        _segments.Sort(static (one, other) => one.Offset.CompareTo(other.Offset));
        (_resolved, _resolvedEnd) = (start, end);
    }

    private void Ask(int layer, long offset, long end)
    {
        if (offset >= end)
        {
            return;
        }

        foreach (DiskExtent extent in _layers[layer].Map(offset, end - offset))
        {
            switch (extent.Kind)
            {
                case DiskExtentKind.Data:
                    Add(extent.Offset, extent.End, layer);
                    break;
                case DiskExtentKind.Zero:
                    Add(extent.Offset, extent.End, ZeroLayer);
                    break;
                default:
                    if (_passedOn.Count > 0 && _passedOn[^1].End == extent.Offset)
                    {
                        _passedOn[^1] = (_passedOn[^1].Offset, extent.End);
                    }
                    else
                    {
                        _passedOn.Add((extent.Offset, extent.End));
                    }

                    break;
            }
        }
    }

    private void Add(long offset, long end, int layer)
    {
        if (offset < end)
        {
            _segments.Add(new Segment(offset, end, layer));
        }
    }

    private readonly record struct Segment(long Offset, long End, int Layer);
}
