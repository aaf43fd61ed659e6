using System.Buffers;
using System.Runtime.ExceptionServices;

namespace ImageUtils.Services.Http;

/// <summary>Data on their way out. It knows whether anything was read of them yet, and whose fault it was that they broke off.</summary>
internal sealed class UploadBody
{
    private const int PieceSize = 1 << 18;

    private readonly Stream _data;
    private readonly long? _length;
    private readonly long _start;
    private ExceptionDispatchInfo? _sourceError;

    /// <summary>Makes the body.</summary>
    /// <param name="data">The data, read from where the stream stands; not disposed of.</param>
    /// <param name="length">The number of bytes; null: not known, they go out in chunks.</param>
    public UploadBody(Stream data, long? length)
    {
        _data = data;
        _length = length;
        _start = data.CanSeek ? data.Position : 0;
    }

    /// <summary>True where the data can go out once more: nothing was read, or the stream can be wound back.</summary>
    public bool CanStart => BytesSent == 0 || _data.CanSeek;

    /// <summary>How many bytes went out.</summary>
    public long BytesSent { get; private set; }

    /// <summary>Throws what the source of the data threw, if that is what broke the upload off.</summary>
    public void ThrowSourceError() => _sourceError?.Throw();

    /// <summary>Makes the content of one request.</summary>
    /// <param name="watch">Hears of each piece that moves.</param>
    /// <param name="lastPatience">How long the answer may take after the last byte.</param>
    public HttpContent CreateContent(IdleWatch watch, TimeSpan lastPatience)
    {
        if (BytesSent > 0)
        {
            _data.Position = _start;
            BytesSent = 0;
        }

        _sourceError = null;
        var content = new PushContent(this, watch, lastPatience);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");
        return content;
    }

    private async Task CopyAsync(Stream destination, IdleWatch watch, TimeSpan lastPatience)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            int read;
            while ((read = await ReadAsync(piece, watch).ConfigureAwait(false)) > 0)
            {
                watch.Touch();
                await destination.WriteAsync(piece.AsMemory(0, read), watch.Token).ConfigureAwait(false);
            }

            await destination.FlushAsync(watch.Token).ConfigureAwait(false);
            watch.Allow(lastPatience);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private async Task<int> ReadAsync(byte[] piece, IdleWatch watch)
    {
        // How long the source takes is not the line's fault.
        watch.Allow(Timeout.InfiniteTimeSpan);
        try
        {
            int read = await _data.ReadAsync(piece.AsMemory(0, PieceSize), watch.Token).ConfigureAwait(false);
            BytesSent += read;
            return read;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _sourceError = ExceptionDispatchInfo.Capture(e);
            throw;
        }
    }

    private sealed class PushContent(UploadBody body, IdleWatch watch, TimeSpan lastPatience) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) => body.CopyAsync(stream, watch, lastPatience);

        protected override bool TryComputeLength(out long length)
        {
            length = body._length ?? 0;
            return body._length is not null;
        }
    }
}
