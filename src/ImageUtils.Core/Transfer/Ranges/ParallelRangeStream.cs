using ImageUtils.Storage;

namespace ImageUtils.Transfer.Ranges;

/// <summary>
/// The data of an image over several connections: pieces are fetched ahead of the reader, each over a connection that
/// resumes by itself, and handed on in order. So hash, signature and inspection still see one stream from beginning to end,
/// and memory is bounded by the pieces that are under way.
/// </summary>
internal sealed class ParallelRangeStream : ForwardOnlyStream
{
    private readonly string _subject;
    private readonly ImageDataOpener _open;
    private readonly long _length;
    private readonly int _pieceSize;
    private readonly int _connections;
    private readonly ImageDataVersion _version;
    private readonly ResumePolicy _policy;
    private readonly LineCounts _counts;
    private readonly Action<string> _report;
    private readonly Queue<Task<byte[]>> _pieces = new();
    private readonly CancellationTokenSource _ending = new();
    private byte[] _current = [];
    private int _used;
    private bool _isEnded;
    private long _planned;
    private long _position;

    /// <summary>Makes the stream; nothing is opened yet.</summary>
    /// <param name="subject">The image id or address, for errors.</param>
    /// <param name="open">Opens the data; the server must know parts.</param>
    /// <param name="start">The first byte wanted.</param>
    /// <param name="length">The length of the image in bytes.</param>
    /// <param name="connections">How many pieces are fetched at once.</param>
    /// <param name="pieceSize">The bytes of a piece.</param>
    /// <param name="version">What is known of the data.</param>
    /// <param name="counts">Counts what it does.</param>
    /// <param name="policy">How patient each connection is.</param>
    /// <param name="report">Hears of each break.</param>
    public ParallelRangeStream(string subject, ImageDataOpener open, long start, long length, int connections, int pieceSize, ImageDataVersion version, LineCounts counts, ResumePolicy policy, Action<string> report)
    {
        _subject = subject;
        _open = open;
        _planned = start;
        _position = start;
        _length = length;
        _connections = connections;
        _pieceSize = pieceSize;
        _version = version;
        _counts = counts;
        _policy = policy;
        _report = report;
    }

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        if (_used == _current.Length)
        {
            Plan();
            if (!_pieces.TryPeek(out Task<byte[]>? next))
            {
                return 0;
            }

            // It leaves the queue when it is here, so that one whose reader lost patience is waited for in the end.
            _current = await next.WaitAsync(cancellationToken).ConfigureAwait(false);
            _ = _pieces.Dequeue();
            _used = 0;
            Plan();
        }

        int count = Math.Min(buffer.Length, _current.Length - _used);
        _current.AsMemory(_used, count).CopyTo(buffer);
        _used += count;
        _position += count;
        return count;
    }

    public override async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        while (_pieces.TryDequeue(out Task<byte[]>? piece))
        {
            await ((Task)piece).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _isEnded = true;
        _ending.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isEnded)
        {
            _ending.Cancel();
        }

        base.Dispose(disposing);
    }

    private void Plan()
    {
        while (_pieces.Count < _connections && _planned < _length)
        {
            long start = _planned;
            int size = (int)Math.Min(_pieceSize, _length - start);
            _planned += size;
            _pieces.Enqueue(FetchAsync(start, size, _ending.Token));
        }
    }

    private async Task<byte[]> FetchAsync(long start, int size, CancellationToken cancellationToken)
    {
        byte[] piece = new byte[size];
        ResumingStream stream = new(_subject, _open, start, size, _version, _counts, _policy, _report);
        await using (stream.ConfigureAwait(false))
        {
            await stream.ReadExactlyAsync(piece, cancellationToken).ConfigureAwait(false);
        }

        return piece;
    }
}
