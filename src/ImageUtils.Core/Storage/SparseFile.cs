using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Storage;

/// <summary>A new file that is written at any place, and keeps holes where whole grains of zeros would go.</summary>
internal sealed class SparseFile : IDisposable
{
    /// <summary>The smallest run of zeros that is left out: the usual block of a file system.</summary>
    public const int Grain = 4096;

    private readonly SafeFileHandle _handle;

    /// <summary>Takes over an open file.</summary>
    /// <param name="handle">The file, empty where holes matter.</param>
    public SparseFile(SafeFileHandle handle) => _handle = handle;

    /// <summary>Bytes written so far.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>Opens a file for writing; what is in it is cut off.</summary>
    /// <param name="path">The file, which must be there.</param>
    /// <returns>The file.</returns>
    public static SparseFile Open(string path) => new(File.OpenHandle(path, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete));

    /// <summary>Writes all bytes, zeros too.</summary>
    /// <param name="position">Where, in bytes of the file.</param>
    /// <param name="data">The bytes.</param>
    public void Write(long position, ReadOnlySpan<byte> data)
    {
        RandomAccess.Write(_handle, data, position);
        BytesWritten += data.Length;
    }

    /// <summary>Writes without the grains that are all zeros; neighbours go in one write.</summary>
    /// <param name="position">Where, in bytes of the file.</param>
    /// <param name="data">The bytes.</param>
    public void WriteSparse(long position, ReadOnlySpan<byte> data)
    {
        int start = 0;
        while (start < data.Length)
        {
            int skipped = ZeroGrains(data[start..], position + start);
            start += skipped;
            int end = start;
            while (end < data.Length)
            {
                int zeros = ZeroGrains(data[end..], position + end);
                if (zeros > 0)
                {
                    break;
                }

                end = Math.Min(data.Length, end + GrainAt(position + end));
            }

            if (end > start)
            {
                Write(position + start, data[start..end]);
            }

            start = end;
        }
    }

    /// <summary>Sets the length of the file.</summary>
    /// <param name="length">The length in bytes.</param>
    public void SetLength(long length) => RandomAccess.SetLength(_handle, length);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static int GrainAt(long position) => Grain - (int)(position % Grain);

    /// <summary>How many bytes from the beginning are whole grains (or parts of the first and last) of zeros.</summary>
    private static int ZeroGrains(ReadOnlySpan<byte> data, long position)
    {
        // One grain first: in data that are none the answer is known after a few bytes.
        int first = Math.Min(data.Length, GrainAt(position));
        if (data[..first].ContainsAnyExcept((byte)0))
        {
            return 0;
        }

        int end = data.IndexOfAnyExcept((byte)0);
        return end < 0 ? data.Length : end - (int)((position + end) % Grain);
    }
}
