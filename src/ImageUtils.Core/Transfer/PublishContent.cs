using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Transfer;

/// <summary>What will be uploaded: an open stream, its size where it is known, and the size of the disk in it.</summary>
internal sealed class PublishContent : IAsyncDisposable
{
    private readonly bool _isOwned;

    private PublishContent(Stream stream, bool isOwned, long? size, long? virtualSize)
    {
        Stream = stream;
        _isOwned = isOwned;
        Size = size;
        VirtualSize = virtualSize;
    }

    public Stream Stream { get; }

    public long? Size { get; }

    public long? VirtualSize { get; }

    /// <summary>Takes a stream of the caller's, from where it stands.</summary>
    public static PublishContent OfStream(Stream stream)
    {
        long? size = stream.CanSeek ? stream.Length - stream.Position : null;
        return new PublishContent(stream, isOwned: false, size, size);
    }

    /// <summary>Opens a file or block device.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="virtualSize">The size of the disk inside; null: the bytes are the disk.</param>
    /// <exception cref="PathNotFoundException">It is not there.</exception>
    /// <exception cref="ImageUnreadableException">It is a folder, a pipe or the like, or the system refuses.</exception>
    public static PublishContent OfFile(string path, long? virtualSize) => OfReader(FileImageReader.Open(path), virtualSize);

    /// <summary>Takes over a reader.</summary>
    public static PublishContent OfReader(IImageReader reader, long? virtualSize)
    {
        return new PublishContent(new ImageReaderStream(reader, isOwner: true), isOwned: true, reader.Length, virtualSize ?? reader.Length);
    }

    /// <summary>Refuses what cannot be a volume, before anything is asked of the image service.</summary>
    public static void RequireReadable(string path) => FileImageReader.Open(path).Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _isOwned ? Stream.DisposeAsync() : ValueTask.CompletedTask;
}
