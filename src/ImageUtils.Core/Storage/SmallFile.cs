namespace ImageUtils.Storage;

/// <summary>Files that are read whole: settings, tokens, certificates. Whatever stands there, no more than a bound is taken.</summary>
internal static class SmallFile
{
    /// <summary>Reads a file; links are followed, and what has no length (a pipe of the shell) is read to its end.</summary>
    /// <param name="path">The path.</param>
    /// <param name="limit">The most bytes it may have.</param>
    /// <returns>The content.</returns>
    /// <exception cref="IOException">It is longer, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] Read(string path, int limit)
    {
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
        using var content = new MemoryStream();
        byte[] piece = new byte[4096];
        for (int read; (read = file.Read(piece)) > 0;)
        {
            content.Write(piece, 0, read);
            if (content.Length > limit)
            {
                throw new IOException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"it is longer than {limit} bytes."));
            }
        }

        return content.ToArray();
    }
}
