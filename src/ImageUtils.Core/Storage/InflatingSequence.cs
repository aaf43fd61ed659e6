namespace ImageUtils.Storage;

/// <summary>One run through deflate data or through the members of a gzip, which make one content together (RFC 1952, 2.2); forward only.</summary>
internal sealed class InflatingSequence : IUnpackingSequence
{
    private const int InputSize = 64 * 1024;

    private const byte MemberMagic = 0x1f;
    private const int MostEmptyMembers = 1024;

    private readonly IImageReader _packed;
    private readonly DeflateFraming _framing;
    private readonly byte[] _input = new byte[InputSize];
    private long _position;
    private int _taken;
    private int _held;
    private int _emptyMembers;
    private GzipInflater _inflater;

    /// <summary>Begins.</summary>
    /// <param name="packed">The packed bytes, from their beginning; not owned.</param>
    /// <param name="framing">What stands around them.</param>
    public InflatingSequence(IImageReader packed, DeflateFraming framing)
    {
        _packed = packed;
        _framing = framing;
        _inflater = new GzipInflater(framing);
    }

    /// <inheritdoc/>
    public bool IsFinished => _inflater.IsFinished;

    /// <inheritdoc/>
    public long Consumed { get; private set; }

    /// <inheritdoc/>
    public long Produced { get; private set; }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length && !IsFinished)
        {
            bool isAtEnd = _taken == _held && !Refill();
            bool isSound = _inflater.TryInflate(_input.AsSpan(_taken, _held - _taken), buffer[done..], out int consumed, out int produced);
            if (!isSound || (!isAtEnd && consumed == 0 && produced == 0 && !IsFinished))
            {
                throw new UnpackingException("its data, its checksum or its length are wrong");
            }

            _taken += consumed;
            Consumed += consumed;
            Produced += produced;
            done += produced;
            if (isAtEnd && produced == 0)
            {
                break;
            }

            _emptyMembers = produced > 0 ? 0 : _emptyMembers;
            if (IsFinished && _framing == DeflateFraming.Gzip && (_taken < _held || Refill()) && _input[_taken] == MemberMagic)
            {
                BeginMember();
            }
        }

        return done;
    }

    /// <inheritdoc/>
    public void Dispose() => _inflater.Dispose();

    private void BeginMember()
    {
        if (++_emptyMembers > MostEmptyMembers)
        {
            throw new UnpackingException("it has more members without content than any program writes");
        }

        _inflater.Dispose();
        _inflater = new GzipInflater(_framing);
    }

    private bool Refill()
    {
        _taken = 0;
        _held = _packed.Read(_position, _input);
        _position += _held;
        return _held > 0;
    }
}
