namespace ImageUtils.Storage;

/// <summary>One run through packed data by a decoder that is a stream over the packed bytes.</summary>
internal sealed class DecodingSequence : IUnpackingSequence
{
    /// <summary>A decoder throws away what it has when its input ends within a read, so a read is short.</summary>
    private const int MostAtOnce = 4096;

    private readonly PackedStream _packed;
    private readonly Func<Stream, Stream> _open;
    private Stream? _decoder;
    private bool _isCut;

    /// <summary>Begins.</summary>
    /// <param name="packed">The packed bytes, from their beginning; not owned.</param>
    /// <param name="open">Makes the decoder over them.</param>
    public DecodingSequence(IImageReader packed, Func<Stream, Stream> open)
    {
        _packed = new PackedStream(packed);
        _open = open;
    }

    /// <inheritdoc/>
    public bool IsFinished { get; private set; }

    /// <inheritdoc/>
    public long Consumed => _packed.Position;

    /// <inheritdoc/>
    public long Produced { get; private set; }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length && !IsFinished && !_isCut)
        {
            int count = Decode(buffer.Slice(done, Math.Min(MostAtOnce, buffer.Length - done)));
            IsFinished = count == 0 && !_isCut;
            _packed.NoteContent();
            Produced += count;
            done += count;
        }

        return done;
    }

    /// <inheritdoc/>
    public void Dispose() => _decoder?.Dispose();

    private int Decode(Span<byte> buffer)
    {
        try
        {
            _decoder ??= _open(_packed);
            return _decoder.Read(buffer);
        }
        catch (Exception e) when (e is not (UnpackingException or ContentNotHereException or OperationCanceledException or OutOfMemoryException))
        {
            // What a decoder throws at damaged data is anything, an index out of range included.
            if (_packed.HasEnded)
            {
                _isCut = true;
                return 0;
            }

            throw new UnpackingException("its data or their checksum are wrong");
        }
    }
}
