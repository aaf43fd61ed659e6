namespace ImageUtils.Storage;

/// <summary>Reads that every parser needs.</summary>
public static class ImageReaderExtensions
{
    /// <summary>Reads into an array of its own.</summary>
    /// <param name="reader">The bytes.</param>
    /// <param name="offset">Where to begin; outside of the file gives an empty array.</param>
    /// <param name="count">How many; the caller bounds it, never the image.</param>
    /// <returns>The bytes; fewer than asked at the end.</returns>
    /// <exception cref="ContentNotHereException">The reader has only a part of the image, and not this one.</exception>
    public static byte[] ReadArray(this IImageReader reader, long offset, int count)
    {
        if (offset < 0 || count <= 0 || (reader.IsLengthKnown && offset >= reader.Length))
        {
            return [];
        }

        byte[] buffer = GC.AllocateUninitializedArray<byte>(reader.IsLengthKnown ? (int)Math.Min(count, reader.Length - offset) : count);
        int read = reader.Read(offset, buffer);
        return read == buffer.Length ? buffer : buffer[..read];
    }

    /// <summary>True where the whole range lies in the file; never overflows.</summary>
    /// <param name="reader">The bytes.</param>
    /// <param name="offset">The beginning of the range.</param>
    /// <param name="count">Its length.</param>
    /// <returns>True where it lies inside.</returns>
    public static bool Contains(this IImageReader reader, ulong offset, ulong count) =>
        offset <= (ulong)reader.Length && count <= (ulong)reader.Length - offset;

    /// <summary>What a read gives, where the bytes for it are there.</summary>
    /// <typeparam name="T">What is read.</typeparam>
    /// <param name="reader">The bytes.</param>
    /// <param name="read">The read.</param>
    /// <returns>What was read; null where the reader has only a part of the image, and not this one.</returns>
    internal static T? IfHere<T>(this IImageReader reader, Func<IImageReader, T?> read)
        where T : class
    {
        try
        {
            return read(reader);
        }
        catch (ContentNotHereException)
        {
            return null;
        }
    }
}
