namespace ImageUtils.Storage;

/// <summary>
/// The packed bytes that a decoder reads. It knows when the decoder wanted more than there is, and ends one that reads and
/// reads and gives nothing: zeros are empty blocks to zstd, and a file can hold any number of them without taking space.
/// </summary>
internal sealed class PackedStream : ImageReaderStream
{
    private const long MostWithoutContent = 64L << 20;

    private long _sinceContent;

    /// <summary>Makes the stream.</summary>
    /// <param name="reader">The packed bytes, from their beginning; not owned.</param>
    public PackedStream(IImageReader reader)
        : base(reader, isOwner: false)
    {
    }

    /// <summary>True once bytes were wanted behind the end.</summary>
    public bool HasEnded { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="UnpackingException">So much was read without any content coming out that none is waited for.</exception>
    public override int Read(Span<byte> buffer)
    {
        int read = base.Read(buffer);
        HasEnded |= read == 0 && !buffer.IsEmpty;
        _sinceContent += read;
        return _sinceContent <= MostWithoutContent ? read : throw new UnpackingException("its data go on and on, and nothing is in them");
    }

    /// <summary>Tells that something came out.</summary>
    public void NoteContent() => _sinceContent = 0;
}
