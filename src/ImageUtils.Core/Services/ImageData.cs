namespace ImageUtils.Services;

/// <summary>Data of an image on their way here.</summary>
public sealed class ImageData : IAsyncDisposable
{
    private ImageData(Stream stream) => Stream = stream;

    /// <summary>The data, read once, forward.</summary>
    public Stream Stream { get; }

    /// <summary>Where in the image they begin: the byte that was asked for, or 0 where the service knows no parts.</summary>
    public long Offset { get; private init; }

    /// <summary>How many bytes come; null: not told.</summary>
    public long? Length { get; private init; }

    /// <summary>The size of the whole image's data; null: not told.</summary>
    public long? TotalSize { get; private init; }

    /// <summary>The MD5 of the whole image in lower-case hex, which Glance sends with parts too; null: not told.</summary>
    public string? Checksum { get; private init; }

    /// <summary>What tells these data from others under the same name (an ETag, the MD5); null: not told.</summary>
    public string? Version { get; private init; }

    /// <summary>The server that gave them, where several may do so for one address (mirrors); null: there is only one.</summary>
    public string? Host { get; private init; }

    /// <summary>Data of which the beginning and the sizes are known.</summary>
    /// <param name="stream">The data; disposed of with this object.</param>
    /// <param name="offset">Where they begin.</param>
    /// <param name="length">How many they are; null: not known.</param>
    /// <param name="totalSize">The size of the whole; null: not known.</param>
    /// <param name="checksum">The MD5 of the whole; null: not known.</param>
    /// <param name="version">What tells them from others under the same name; null: the MD5, if any.</param>
    /// <param name="host">The server that gave them, where several may; null: there is only one.</param>
    /// <returns>The data.</returns>
    public static ImageData Of(Stream stream, long offset, long? length, long? totalSize, string? checksum, string? version = null, string? host = null) =>
        new(stream) { Offset = offset, Length = length, TotalSize = totalSize, Checksum = checksum, Version = version ?? checksum, Host = host };

    /// <summary>All data of an image, moved to the wanted byte where the stream can.</summary>
    /// <param name="stream">All data; disposed of with this object.</param>
    /// <param name="offset">The first byte that is wanted.</param>
    /// <returns>The data from there on, or from the beginning.</returns>
    public static ImageData OfStream(Stream stream, long offset)
    {
        if (!stream.CanSeek)
        {
            return new ImageData(stream);
        }

        long size = stream.Length;
        stream.Position = Math.Min(offset, size);
        return Of(stream, stream.Position, size - stream.Position, size, checksum: null);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}
