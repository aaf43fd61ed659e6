using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Transfer;

/// <summary>What will be uploaded: an open stream, its size where it is known, and the size of the disk in it.</summary>
internal sealed class PublishContent : IAsyncDisposable
{
    private readonly bool isOwned;

    private PublishContent(Stream stream, bool isOwned, long? size, long? virtualSize)
    {
        Stream = stream;
        this.isOwned = isOwned;
        Size = size;
        VirtualSize = virtualSize;
    }

    public Stream Stream { get; }

    public long? Size { get; }

    public long? VirtualSize { get; }

    /// <summary>Names the file that could not be read; null for a stream of the caller's, which has no name.</summary>
    public Func<IOException, Exception>? OnReadError { get; private init; }

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
    public static PublishContent OfFile(string path, long? virtualSize)
    {
        RequireReadable(path);
        try
        {
            var stream = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                BufferSize = 0,
            });

            // A block device says 0; it is read to its end.
            long? size = FileIdentity.Of(path) is { IsRegularFile: true } ? stream.Length : null;
            return new PublishContent(stream, isOwned: true, size, virtualSize ?? size)
            {
                OnReadError = e => new ImageUnreadableException(path, e.Message, e),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageUnreadableException(path, e.Message, e);
        }
    }

    /// <summary>Refuses what cannot be a volume, above all what would block on opening.</summary>
    public static void RequireReadable(string path)
    {
        switch (FileIdentity.Of(path)?.Kind)
        {
            case null:
                throw new PathNotFoundException(path);
            case FileKind.Folder:
                throw new ImageUnreadableException(path, "It is a folder.");
            case FileKind.Pipe or FileKind.Socket or FileKind.CharacterDevice or FileKind.Other:
                throw new ImageUnreadableException(path, "It is a pipe, a socket or a character device.");
            default:
                break;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => isOwned ? Stream.DisposeAsync() : ValueTask.CompletedTask;
}
