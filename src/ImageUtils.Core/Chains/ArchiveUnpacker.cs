using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Chains;

/// <summary>The links of an archive as temporary files with names of our own; gone when it is disposed of.</summary>
internal sealed class ArchiveUnpacker : IDisposable
{
    private readonly SortedDictionary<int, TemporaryImageFile> _files = [];

    private ArchiveUnpacker()
    {
    }

    /// <summary>The files, newest link first.</summary>
    public IReadOnlyList<string> Paths => [.. _files.Values.Select(file => file.Path)];

    /// <summary>The bytes that the files take.</summary>
    public long Length { get; private set; }

    /// <summary>Unpacks an archive, zeros as holes.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="conversions">Where the files go.</param>
    /// <param name="limits">How far the archive is followed.</param>
    /// <param name="name">What errors name; null: the path.</param>
    /// <param name="onProgress">Is told how many bytes of the archive are done; null: nobody asks.</param>
    /// <param name="cancellationToken">Ends it; nothing is left.</param>
    /// <returns>The files; the caller disposes of them.</returns>
    /// <exception cref="ArchiveUnsafeException">It is damaged, or holds what may not be there.</exception>
    /// <exception cref="VhdChainBrokenException">A link is missing.</exception>
    /// <exception cref="NoSpaceException">There is no room.</exception>
    public static ArchiveUnpacker Unpack(string path, ConversionDirectory conversions, ArchiveLimits limits, string? name, Action<long>? onProgress, CancellationToken cancellationToken)
    {
        var unpacked = new ArchiveUnpacker();
        try
        {
            using var archive = new XenArchive(path, limits, name);
            byte[] buffer = new byte[1 << 20];
            while (archive.Next(out long length) is { } number)
            {
                TemporaryImageFile file = conversions.CreateForDownload(FormattableString.Invariant($"chain-{number}"));
                unpacked._files.Add(number, file);
                using SparseFile target = SparseFile.Open(file.Path);
                for (long done = 0; done < length;)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    int count = archive.Read(buffer);
                    target.WriteSparse(done, buffer.AsSpan(0, count));
                    done += count;
                    onProgress?.Invoke(archive.PackedPosition);
                }

                target.SetLength(length);
                unpacked.Length += target.BytesWritten;
            }

            return unpacked;
        }
        catch (IOException e)
        {
            unpacked.Dispose();
            throw DiskSpace.IsNoSpace(e)
                ? new NoSpaceException(DiskSpace.MountPointOf(conversions.FolderPath), e)
                : new DestinationUnwritableException(conversions.FolderPath, e.Message, e);
        }
        catch
        {
            unpacked.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (TemporaryImageFile file in _files.Values)
        {
            file.Dispose();
        }
    }
}
