using ImageUtils.Errors;
using ImageUtils.Storage;
using ImageUtils.Storage.Linux;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Chains;

/// <summary>A base that is merged into, open for us alone. While the changes are only planned, they go into the journal.</summary>
internal sealed class BaseFile : IDisposable
{
    private const int ZeroChunk = 1 << 20;

    private static readonly byte[] Zeros = new byte[ZeroChunk];

    private MergeJournal? _journal;

    private BaseFile(FileStream file) => File = file;

    /// <summary>The open file.</summary>
    public FileStream File { get; }

    /// <summary>The file's handle.</summary>
    public SafeFileHandle Handle => File.SafeFileHandle;

    /// <summary>Bytes written to the file so far.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>Bytes read from the file so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>True while changes are only planned.</summary>
    public bool IsPlanning => _journal is not null;

    /// <summary>Opens a base.</summary>
    /// <param name="path">The base.</param>
    /// <returns>The file; the caller disposes of it.</returns>
    /// <exception cref="DestinationUnwritableException">It may not be written, or somebody else has it open.</exception>
    public static BaseFile Open(string path)
    {
        try
        {
            var file = new FileStream(RealPath.Of(path), FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            if (OperatingSystem.IsLinux() && QemuLock.IsHeld(file.SafeFileHandle))
            {
                file.Dispose();
                throw new DestinationUnwritableException(path, "qemu has it open, perhaps for a virtual machine that runs.");
            }

            return new BaseFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DestinationUnwritableException(path, e.Message, e);
        }
    }

    /// <summary>Lets changes be planned from now on: what they would overwrite goes into a journal.</summary>
    /// <param name="journal">The journal.</param>
    public void Plan(MergeJournal journal) => _journal = journal;

    /// <summary>Lets changes be made from now on.</summary>
    public void Apply() => _journal = null;

    /// <summary>Reads a part of the file; what lies behind its end is given as zeros.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="buffer">Where the bytes go.</param>
    public void Read(long offset, Span<byte> buffer)
    {
        int count = FileBytes.Read(Handle, buffer, offset);
        buffer[count..].Clear();
        BytesRead += count;
    }

    /// <summary>Changes a part of the file.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="data">What it becomes.</param>
    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        if (_journal is not null)
        {
            _journal.Save(offset, data.Length);
            return;
        }

        RandomAccess.Write(Handle, data, offset);
        BytesWritten += data.Length;
    }

    /// <summary>Announces a change whose bytes need not be known while it is planned.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="length">Its length.</param>
    public void Announce(long offset, long length) => _journal!.Save(offset, length);

    /// <summary>Makes a part of the file zeros, where it is not.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="length">Its length.</param>
    /// <returns>True where something had to be changed.</returns>
    public bool Clear(long offset, long length)
    {
        bool isChanged = false;
        byte[] buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(ZeroChunk);
        try
        {
            while (length > 0)
            {
                Span<byte> part = buffer.AsSpan(0, (int)Math.Min(ZeroChunk, length));
                Read(offset, part);
                int first = part.IndexOfAnyExcept((byte)0);
                if (first >= 0)
                {
                    int last = part.LastIndexOfAnyExcept((byte)0);
                    Write(offset + first, Zeros.AsSpan(0, last - first + 1));
                    isChanged = true;
                }

                offset += part.Length;
                length -= part.Length;
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }

        return isChanged;
    }

    /// <inheritdoc/>
    public void Dispose() => File.Dispose();
}
