using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ImageUtils.Storage;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Chains;

/// <summary>
/// The undo journal of a merge in place, a file beside the base: what stood where the merge will write, and how to tell
/// that it began. A block of 4 KiB says that the journal is whole, the next one that the merge is; then come the old bytes.
/// Only then is the base touched.
/// </summary>
internal sealed class MergeJournal : IDisposable
{
    private const int Chunk = 1 << 20;
    private const int EntryHead = 16;
    private const long EntriesOffset = 2 * JournalHeader.Size;

    private readonly SafeFileHandle _file;
    private readonly SafeFileHandle _base;
    private readonly BaseState _state;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[EntryHead + Chunk];
    private long _end = EntriesOffset;

    private MergeJournal(string path, SafeFileHandle file, SafeFileHandle baseFile, BaseState state)
    {
        FilePath = path;
        _file = file;
        _base = baseFile;
        _state = state;
    }

    /// <summary>The journal's file.</summary>
    public string FilePath { get; }

    /// <summary>Bytes written so far.</summary>
    public long BytesWritten => _end;

    private static ReadOnlySpan<byte> PreparedMagic => "IUVHDJ01"u8;

    private static ReadOnlySpan<byte> CommittedMagic => "IUVHDC01"u8;

    /// <summary>Where the journal of a base stands: beside it, by a name that any name of a base leaves room for.</summary>
    /// <param name="basePath">The base.</param>
    /// <returns>The path.</returns>
    public static string PathOf(string basePath)
    {
        string real = RealPath.Of(basePath);
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFileName(real)));
        return Path.Combine(Path.GetDirectoryName(real) ?? string.Empty, $".iu-merge-{Convert.ToHexStringLower(hash.AsSpan(0, 8))}.journal");
    }

    /// <summary>Makes an empty journal.</summary>
    /// <param name="basePath">The base.</param>
    /// <param name="baseFile">The base, open for reading and writing; it stays the caller's.</param>
    /// <param name="state">What the base is now.</param>
    /// <returns>The journal; the caller disposes of it.</returns>
    public static MergeJournal Create(string basePath, SafeFileHandle baseFile, BaseState state)
    {
        string path = PathOf(basePath);
        var open = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            open.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (new FileStream(path, open))
        {
            // Only to make it for its owner alone.
        }

        return new MergeJournal(path, File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read), baseFile, state);
    }

    /// <summary>Keeps what stands in a part of the base.</summary>
    /// <param name="offset">Where it begins, in bytes of the file.</param>
    /// <param name="length">Its length; what lies behind the end of the file needs no keeping.</param>
    public void Save(long offset, long length)
    {
        long end = Math.Min(offset + length, _state.DataEnd);
        while (offset < end)
        {
            int count = (int)Math.Min(Chunk, end - offset);
            BinaryPrimitives.WriteInt64LittleEndian(_buffer, offset);
            BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(8), count);
            FileBytes.ReadExactly(_base, _buffer.AsSpan(EntryHead, count), offset);
            ReadOnlySpan<byte> entry = _buffer.AsSpan(0, EntryHead + count);
            _hash.AppendData(entry);
            RandomAccess.Write(_file, entry, _end);
            _end += entry.Length;
            offset += count;
        }
    }

    /// <summary>Declares the journal whole. From now on a merge that ends early is undone.</summary>
    public void Prepare()
    {
        FileSync.Flush(_file);
        byte[] payload = [.. _hash.GetHashAndReset(), .. _state.ToBytes()];
        RandomAccess.Write(_file, JournalHeader.Write(PreparedMagic, [_end, _state.Length, _state.DataEnd, _state.NewFooterOffset, _state.IsFixed ? 1 : 0], payload), 0);
        FileSync.Flush(_file);
    }

    /// <summary>Declares the merge whole. From now on one that ends early is finished.</summary>
    /// <param name="footer">The footer that the base gets.</param>
    /// <param name="footerOffset">Where it ends.</param>
    public void Commit(byte[] footer, long footerOffset)
    {
        RandomAccess.Write(_file, JournalHeader.Write(CommittedMagic, [footerOffset], footer), JournalHeader.Size);
        FileSync.Flush(_file);
    }

    /// <summary>Removes the journal: nothing is left to be undone or finished.</summary>
    public void Delete()
    {
        _file.Dispose();
        File.Delete(FilePath);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
    }

    /// <summary>Finishes or undoes what a journal tells, and removes it.</summary>
    /// <param name="path">The journal.</param>
    /// <param name="baseFile">The base, open for reading and writing and for nobody else.</param>
    /// <exception cref="InvalidDataException">The journal is damaged, and the base in the middle of a merge.</exception>
    public static void Recover(string path, SafeFileHandle baseFile)
    {
        using (SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read))
        {
            byte[] block = new byte[JournalHeader.Size];
            if (FileBytes.Read(file, block, 0) == block.Length && JournalHeader.TryRead(block, PreparedMagic, out long[] fields, out byte[] payload))
            {
                BaseState state = BaseState.FromBytes(payload.AsSpan(SHA256.HashSizeInBytes)) with
                {
                    Length = fields[1],
                    DataEnd = fields[2],
                    NewFooterOffset = fields[3],
                    IsFixed = fields[4] != 0,
                };
                bool isCommitted = FileBytes.Read(file, block, JournalHeader.Size) == block.Length & JournalHeader.TryRead(block, CommittedMagic, out long[] committed, out byte[] footer);
                if (isCommitted)
                {
                    state.Finish(baseFile, footer.AsSpan(0, 512), committed[0]);
                }
                else if (state.IsDisabled(baseFile))
                {
                    RequireWhole(file, fields[0], payload.AsSpan(0, SHA256.HashSizeInBytes));
                    state.Undo(baseFile, () => PutBack(file, fields[0], baseFile));
                }
            }
        }

        File.Delete(path);
    }

    private static void RequireWhole(SafeFileHandle file, long end, ReadOnlySpan<byte> expected)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[Chunk];
        for (long offset = EntriesOffset; offset < end;)
        {
            int count = FileBytes.Read(file, buffer.AsSpan(0, (int)Math.Min(Chunk, end - offset)), offset);
            hash.AppendData(buffer, 0, count);
            offset += count;
            if (count == 0)
            {
                break;
            }
        }

        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(expected))
        {
            throw new InvalidDataException("The journal is damaged; the base cannot be put back.");
        }
    }

    private static void PutBack(SafeFileHandle file, long end, SafeFileHandle baseFile)
    {
        byte[] entry = new byte[EntryHead + Chunk];
        for (long offset = EntriesOffset; offset < end;)
        {
            FileBytes.ReadExactly(file, entry.AsSpan(0, EntryHead), offset);
            long target = BinaryPrimitives.ReadInt64LittleEndian(entry);
            int count = (int)BinaryPrimitives.ReadInt64LittleEndian(entry.AsSpan(8));
            FileBytes.ReadExactly(file, entry.AsSpan(EntryHead, count), offset + EntryHead);
            RandomAccess.Write(baseFile, entry.AsSpan(EntryHead, count), target);
            offset += EntryHead + count;
        }
    }
}
