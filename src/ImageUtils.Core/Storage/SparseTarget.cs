using ImageUtils.Storage.Linux;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Storage;

/// <summary>
/// What a sparse copy writes to. In an empty file zeros are left out; on a device, which holds something already, they are
/// cleared, and written where the device cannot do that by itself.
/// </summary>
internal sealed class SparseTarget
{
    /// <summary>The smallest run of zeros that is left out of a file; qemu-img's default too.</summary>
    private const int FileGrain = 4 << 10;

    /// <summary>The smallest run of zeros that is worth a command of its own to a device.</summary>
    private const int DeviceGrain = 64 << 10;

    /// <summary>The longest stretch of a device that is cleared in one go, so that a cancellation is heard.</summary>
    private const long ClearedAtOnce = 64 << 20;

    private static readonly byte[] Zeros = new byte[1 << 20];

    private readonly SafeFileHandle _file;
    private readonly bool _isDevice;
    private readonly bool _writesZeros;
    private readonly int _grain;
    private readonly DeviceZeros? _clearing;

    /// <summary>Makes it.</summary>
    /// <param name="file">The file or device, open for writing.</param>
    /// <param name="options">How.</param>
    public SparseTarget(SafeFileHandle file, SparseCopyOptions options)
    {
        _file = file;
        _isDevice = options.IsDevice;
        _writesZeros = options.WriteZeros;
        _grain = options.IsDevice ? DeviceGrain : FileGrain;
        _clearing = options.IsDevice && OperatingSystem.IsLinux() ? new DeviceZeros(file) : null;
    }

    /// <summary>Writes a piece, neighbouring grains of data in one go.</summary>
    /// <param name="piece">The bytes.</param>
    /// <param name="position">Where they go.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The bytes that were written.</returns>
    public async ValueTask<long> WriteAsync(ReadOnlyMemory<byte> piece, long position, CancellationToken cancellationToken)
    {
        if (_writesZeros)
        {
            await RandomAccess.WriteAsync(_file, piece, position, cancellationToken).ConfigureAwait(false);
            return piece.Length;
        }

        long written = 0;
        int start = 0;
        while (start < piece.Length)
        {
            bool isZero = IsZero(piece, start);
            int end = start;
            while (end < piece.Length && IsZero(piece, end) == isZero)
            {
                end = Math.Min(end + _grain, piece.Length);
            }

            if (isZero)
            {
                written += await ClearAsync(position + start, position + end, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await RandomAccess.WriteAsync(_file, piece[start..end], position + start, cancellationToken).ConfigureAwait(false);
                written += end - start;
            }

            start = end;
        }

        return written;
    }

    /// <summary>Makes a stretch read as zeros.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The bytes that were written for it; 0 where nothing had to be sent.</returns>
    public async ValueTask<long> ClearAsync(long start, long end, CancellationToken cancellationToken)
    {
        if (!_isDevice && !_writesZeros)
        {
            return 0;
        }

        long written = 0;
        while (start < end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long length = Math.Min(ClearedAtOnce, end - start);
            if (_writesZeros || !TryClear(start, length))
            {
                length = Math.Min(Zeros.Length, length);
                await RandomAccess.WriteAsync(_file, Zeros.AsMemory(0, (int)length), start, cancellationToken).ConfigureAwait(false);
                written += length;
            }

            start += length;
        }

        return written;
    }

    private bool TryClear(long start, long length) => OperatingSystem.IsLinux() && _clearing?.TryClear(start, length) == true;

    private bool IsZero(ReadOnlyMemory<byte> piece, int start) =>
        !piece.Span.Slice(start, Math.Min(_grain, piece.Length - start)).ContainsAnyExcept((byte)0);
}
