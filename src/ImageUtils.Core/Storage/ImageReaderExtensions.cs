namespace ImageUtils.Storage;

/// <summary>Reads that every parser needs.</summary>
public static class ImageReaderExtensions
{
    /// <summary>Reads into an array of its own.</summary>
    /// <param name="reader">The bytes.</param>
    /// <param name="offset">Where to begin; outside of the file gives an empty array.</param>
    /// <param name="count">How many; the caller bounds it, never the image.</param>
    /// <returns>The bytes; fewer than asked at the end.</returns>
    public static byte[] ReadArray(this IImageReader reader, long offset, int count)
    {
        if (offset < 0 || offset >= reader.Length || count <= 0)
        {
            return [];
        }

        byte[] buffer = new byte[(int)Math.Min(count, reader.Length - offset)];
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
}
