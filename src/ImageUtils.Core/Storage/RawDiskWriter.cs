namespace ImageUtils.Storage;

/// <summary>Writes a raw disk: a file of the disk's size, with holes where it is zeros.</summary>
internal sealed class RawDiskWriter : IDiskWriter
{
    private const int Block = 2 << 20;

    private readonly SparseFile _file;
    private long _lastBlock = -1;

    /// <summary>Opens the file.</summary>
    /// <param name="path">The file, which must be there and empty.</param>
    /// <param name="virtualSize">The size of the disk in bytes.</param>
    public RawDiskWriter(string path, long virtualSize)
    {
        _file = SparseFile.Open(path);
        _file.SetLength(virtualSize);
    }

    /// <inheritdoc/>
    public long BytesWritten => _file.BytesWritten;

    /// <inheritdoc/>
    /// <remarks>Runs that come in order are counted rightly; others may count a block again.</remarks>
    public long BlocksWritten { get; private set; }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        long before = _file.BytesWritten;
        _file.WriteSparse(offset, data);
        if (_file.BytesWritten > before && offset / Block != _lastBlock)
        {
            _lastBlock = offset / Block;
            BlocksWritten++;
        }
    }

    /// <inheritdoc/>
    public void Complete()
    {
        // A raw disk has nothing but its data.
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
