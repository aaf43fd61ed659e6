using ImageUtils.Storage;

namespace ImageUtils.Formats.Vhd;

/// <summary>Writes a fixed VHD: the disk as it is, and a footer.</summary>
internal sealed class VhdFixedWriter : IDiskWriter
{
    private readonly SparseFile _file;
    private readonly long _virtualSize;

    /// <summary>Opens the file.</summary>
    /// <param name="path">The file, which must be there and empty.</param>
    /// <param name="virtualSize">The size of the disk in bytes.</param>
    public VhdFixedWriter(string path, long virtualSize)
    {
        _file = SparseFile.Open(path);
        _virtualSize = virtualSize;
        _file.SetLength(virtualSize + VhdFooter.Size);
    }

    /// <inheritdoc/>
    public long BytesWritten => _file.BytesWritten;

    /// <inheritdoc/>
    public long BlocksWritten { get; private set; }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        long before = _file.BytesWritten;
        _file.WriteSparse(offset, data);
        BlocksWritten += _file.BytesWritten > before ? 1 : 0;
    }

    /// <inheritdoc/>
    public void Complete() => _file.Write(_virtualSize, VhdFooterBytes.New(VhdFooter.FixedType, _virtualSize));

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
