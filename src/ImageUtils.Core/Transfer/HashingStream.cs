namespace ImageUtils.Transfer;

/// <summary>Reads another stream once, forward, and hashes and counts what goes by. The other stream stays open.</summary>
internal sealed class HashingStream : Stream
{
    private readonly Stream _inner;
    private readonly ContentHasher _hasher;
    private readonly ProgressMeter _progress;

    public HashingStream(Stream inner, ContentHasher hasher, ProgressMeter progress)
    {
        _inner = inner;
        _hasher = hasher;
        _progress = progress;
    }

    public long BytesRead { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => BytesRead;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int read = _inner.Read(buffer);
        _hasher.Append(buffer[..read]);
        Advance(read);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        await _hasher.AppendAsync(buffer[..read]).ConfigureAwait(false);
        Advance(read);
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Advance(int count)
    {
        BytesRead += count;
        _progress.Report(BytesRead);
    }
}
