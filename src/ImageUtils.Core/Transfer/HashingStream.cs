using ImageUtils.Storage;

namespace ImageUtils.Transfer;

/// <summary>Reads another stream once, forward, and hashes and counts what goes by. The other stream stays open.</summary>
internal sealed class HashingStream : ForwardOnlyStream
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

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        await _hasher.AppendAsync(buffer[..read]).ConfigureAwait(false);
        Advance(read);
        return read;
    }

    private void Advance(int count)
    {
        BytesRead += count;
        _progress.Report(BytesRead);
    }
}
