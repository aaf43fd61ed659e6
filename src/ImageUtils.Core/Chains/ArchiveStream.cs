using System.Buffers;
using ImageUtils.Configuration;
using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Chains;

/// <summary>
/// The bytes of an archive, from its beginning to its end and never back: those of a file, or what gzip (RFC 1952, all
/// members of it) has packed there. What is cut, damaged, or unpacks to more than the limits allow is refused.
/// </summary>
internal sealed class ArchiveStream : IDisposable
{
    private const int InputSize = 256 * 1024;

    private readonly FileImageReader _file;
    private readonly ArchiveLimits _limits;
    private readonly bool _isPacked;
    private readonly byte[] _input = ArrayPool<byte>.Shared.Rent(InputSize);
    private GzipInflater? _member;
    private long _packed;
    private long _next;
    private int _taken;
    private int _held;
    private bool _isAtEnd;

    /// <summary>Opens an archive.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">How far it is followed.</param>
    /// <param name="name">What errors name; null: the path.</param>
    /// <exception cref="PathNotFoundException">There is no such file.</exception>
    /// <exception cref="ImageUnreadableException">It cannot be opened, or is no file.</exception>
    public ArchiveStream(string path, ArchiveLimits limits, string? name)
    {
        Name = name ?? path;
        _limits = limits;
        _file = FileImageReader.Open(path);
        byte[] magic = _file.ReadArray(0, 2);
        _isPacked = magic is [0x1f, 0x8b];
    }

    /// <summary>What errors name.</summary>
    public string Name { get; }

    /// <summary>The number of bytes given so far.</summary>
    public long Position { get; private set; }

    /// <summary>The number of bytes of the file.</summary>
    public long PackedLength => _file.Length;

    /// <summary>The number of bytes of the file that were read so far.</summary>
    public long PackedPosition => _isPacked ? _next : _packed;

    /// <summary>Reads as much as the buffer holds, or to the end.</summary>
    /// <param name="buffer">Where the bytes go.</param>
    /// <returns>The number of bytes; fewer than the buffer only at the end.</returns>
    /// <exception cref="ArchiveUnsafeException">It is cut, damaged or too large.</exception>
    public int Read(Span<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length && !_isAtEnd)
        {
            int count = _isPacked ? Inflate(buffer[done..]) : Copy(buffer[done..]);
            done += count;
            Position += count;
            RequireWithinLimits();
        }

        return done;
    }

    /// <summary>Says what is wrong with the archive.</summary>
    /// <param name="member">The member at fault; null: the archive as a whole.</param>
    /// <param name="reason">What is wrong.</param>
    /// <returns>The exception.</returns>
    public ArchiveUnsafeException Unsafe(string? member, string reason) => new(Name, member, Position, reason);

    /// <inheritdoc/>
    public void Dispose()
    {
        _member?.Dispose();
        _file.Dispose();
        ArrayPool<byte>.Shared.Return(_input);
    }

    private int Copy(Span<byte> buffer)
    {
        int count = _file.Read(Position, buffer);
        _isAtEnd = count < buffer.Length;
        _packed += count;
        return count;
    }

    private int Inflate(Span<byte> buffer)
    {
        if (_taken == _held && !Fill())
        {
            _isAtEnd = _member is null ? true : throw Unsafe(null, "Its gzip data are damaged: they were cut.");
            return 0;
        }

        if (_member is null && _input[_taken] != 0x1f)
        {
            // Some tools fill the last block with zeros; anything else is data that would be lost.
            RequireZeros();
            _isAtEnd = true;
            return 0;
        }

        _member ??= new GzipInflater();
        bool isSound = _member.TryInflate(_input.AsSpan(_taken, _held - _taken), buffer, out int consumed, out int produced);
        if (!isSound || (consumed == 0 && produced == 0))
        {
            throw Unsafe(null, "Its gzip data are damaged: the data, their checksum or their length are wrong.");
        }

        _taken += consumed;
        _packed += consumed;
        if (_member.IsFinished)
        {
            _member.Dispose();
            _member = null;
        }

        return produced;
    }

    private bool Fill()
    {
        _taken = 0;
        _held = _file.Read(_next, _input.AsSpan(0, InputSize));
        _next += _held;
        return _held > 0;
    }

    private void RequireZeros()
    {
        do
        {
            if (_input.AsSpan(_taken, _held - _taken).ContainsAnyExcept((byte)0))
            {
                throw Unsafe(null, "There is something else behind the end of its gzip data.");
            }
        }
        while (Fill());
    }

    private void RequireWithinLimits()
    {
        if (Position > _limits.MostBytes)
        {
            throw Unsafe(null, $"It unpacks to more than {SizeText.Format(_limits.MostBytes)}.");
        }

        // The division cannot overflow, the product could.
        if (Position > _limits.FreeBytes && Position / _limits.MostRatio > _packed)
        {
            throw Unsafe(null, FormattableString.Invariant($"It unpacks to more than {_limits.MostRatio} times its size, as no disk of a real system does (a decompression bomb)."));
        }
    }
}
