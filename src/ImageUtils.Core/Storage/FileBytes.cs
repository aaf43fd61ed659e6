using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Storage;

/// <summary>Reads of an open file that fill their buffer.</summary>
internal static class FileBytes
{
    /// <summary>Reads as much as the buffer holds, or to the end.</summary>
    /// <param name="file">The file.</param>
    /// <param name="buffer">Where the bytes go.</param>
    /// <param name="offset">Where to begin.</param>
    /// <returns>The number of bytes; fewer than the buffer only at the end.</returns>
    public static int Read(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        int done = 0;
        while (done < buffer.Length && RandomAccess.Read(file, buffer[done..], offset + done) is > 0 and int count)
        {
            done += count;
        }

        return done;
    }

    /// <summary>Fills the buffer.</summary>
    /// <param name="file">The file.</param>
    /// <param name="buffer">Where the bytes go.</param>
    /// <param name="offset">Where to begin.</param>
    /// <exception cref="EndOfStreamException">The file ends before.</exception>
    public static void ReadExactly(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        if (Read(file, buffer, offset) < buffer.Length)
        {
            throw new EndOfStreamException("The file ended before it should.");
        }
    }
}
