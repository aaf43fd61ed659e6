using ImageUtils.Formats.Luks;
using ImageUtils.Storage;

namespace ImageUtils.Formats.Qcow2;

/// <summary>Everything of a qcow2 image but its cluster tables.</summary>
internal sealed record Qcow2Metadata
{
    private const int UsualHeaderArea = 4096;
    private const int MaximumHeaderArea = 64 * 1024;
    private const int MaximumNameSize = 1023;

    public required Qcow2Header Header { get; init; }

    /// <summary>The bytes of the header, for evidence.</summary>
    public required byte[] HeaderBytes { get; init; }

    public required Qcow2Extensions Extensions { get; init; }

    public required Qcow2SnapshotTable Snapshots { get; init; }

    public string? BackingFile { get; init; }

    public Luks1Header? Encryption { get; init; }

    public List<Dictionary<string, object?>>? Bitmaps { get; init; }

    /// <summary>Reads an image.</summary>
    /// <param name="reader">The bytes.</param>
    /// <returns>What was found, as far as it could be read.</returns>
    public static Qcow2Metadata Read(IImageReader reader)
    {
        byte[] bytes = reader.ReadArray(0, Qcow2Header.FullSize);
        Qcow2Header header = Qcow2Header.Read(bytes);
        bool isReadable = !header.IsTruncated && header.HasValidClusterBits && header.Version is 2 or 3;
        if (!isReadable)
        {
            return new Qcow2Metadata { Header = header, HeaderBytes = bytes, Extensions = new Qcow2Extensions(), Snapshots = new Qcow2SnapshotTable() };
        }

        // The name of the backing file ends the extensions where it stands in the first cluster (qcow2.txt).
        long end = header.BackingOffset > 0 && header.BackingOffset < (ulong)header.ClusterSize ? (long)header.BackingOffset : header.ClusterSize;
        Qcow2Extensions extensions = Qcow2Extensions.Read(reader.ReadArray(0, (int)Math.Min(end, UsualHeaderArea)), header.HeaderLength);
        if (!extensions.IsEnded && end > UsualHeaderArea)
        {
            extensions = Qcow2Extensions.Read(reader.ReadArray(0, (int)Math.Min(end, MaximumHeaderArea)), header.HeaderLength);
            if (!extensions.IsEnded && end > MaximumHeaderArea && extensions.Defects.Count == 0)
            {
                // What follows is read by others, and could name a file.
                extensions.Defects.Add(new FormatDefect(FormattableString.Invariant($"The header extensions do not end in the first {MaximumHeaderArea} bytes."), MaximumHeaderArea));
            }
        }

        return new Qcow2Metadata
        {
            Header = header,
            HeaderBytes = bytes,
            Extensions = extensions,
            Snapshots = reader.IfHere(image => Qcow2SnapshotTable.Read(image, header.SnapshotOffset, header.SnapshotCount)) ?? new Qcow2SnapshotTable(),
            BackingFile = reader.IfHere(image => ReadBackingFile(image, header)),
            Encryption = reader.IfHere(image => ReadEncryption(image, header, extensions)),
            Bitmaps = reader.IfHere(image => ReadBitmaps(image, header, extensions)),
        };
    }

    /// <summary>The facts with the names of <c>qemu-img info</c>.</summary>
    /// <returns>The facts.</returns>
    public ImageFacts ToFacts()
    {
        Dictionary<string, object?> specific = new(StringComparer.Ordinal)
        {
            ["compat"] = Header.IsVersion3 ? "1.1" : "0.10",
            ["compression-type"] = Header.CompressionType switch
            {
                0 => "zlib",
                1 => "zstd",
                byte other => $"unknown ({other})",
            },
            ["refcount-bits"] = Header.RefcountOrder <= 6 ? 1L << (int)Header.RefcountOrder : 0L,
        };
        if (Header.IsVersion3)
        {
            specific["lazy-refcounts"] = (Header.Compatible & 1) != 0;
            specific["corrupt"] = (Header.Incompatible & Qcow2Header.CorruptBit) != 0;
            specific["extended-l2"] = Header.HasExtendedL2;
        }

        if (Extensions.DataFile is not null)
        {
            specific["data-file"] = Extensions.DataFile;
        }

        if ((Header.Incompatible & Qcow2Header.DataFileBit) != 0)
        {
            specific["data-file-raw"] = (Header.Autoclear & 2) != 0;
        }

        if (Bitmaps is { Count: > 0 })
        {
            specific["bitmaps"] = Bitmaps;
        }

        if (Header.CryptMethod != 0)
        {
            Dictionary<string, object?> encrypt = Encryption?.ToSpecific() ?? new Dictionary<string, object?>(StringComparer.Ordinal);
            encrypt["format"] = Header.CryptMethod == 1 ? "aes" : "luks";
            specific["encrypt"] = encrypt;
        }

        return new ImageFacts
        {
            Format = DiskFormat.Qcow2,
            VirtualSize = (long)Math.Min(Header.Size, long.MaxValue),
            ClusterSize = Header.HasValidClusterBits ? Header.ClusterSize : null,
            BackingFile = BackingFile,
            BackingFormat = BackingFile is null ? null : Extensions.BackingFormat,
            DataFile = Extensions.DataFile,
            IsEncrypted = Header.CryptMethod != 0,
            IsDirty = (Header.Incompatible & Qcow2Header.DirtyBit) != 0,
            Snapshots = Snapshots.Snapshots,
            FormatSpecific = specific,
        };
    }

    private static string? ReadBackingFile(IImageReader reader, Qcow2Header header) =>
        header.BackingOffset == 0 || header.BackingSize == 0 || (reader.IsLengthKnown && header.BackingOffset > (ulong)reader.Length)
            ? null
            : ImageText.Decode(reader.ReadArray((long)header.BackingOffset, (int)Math.Min(header.BackingSize, MaximumNameSize)));

    private static Luks1Header? ReadEncryption(IImageReader reader, Qcow2Header header, Qcow2Extensions extensions) =>
        header.CryptMethod == 2 && extensions.EncryptionHeader is (ulong offset, ulong length) && length >= Luks1Header.Size && reader.Contains(offset, Luks1Header.Size)
            ? Luks1Header.Read(reader.ReadArray((long)offset, Luks1Header.Size))
            : null;

    private static List<Dictionary<string, object?>>? ReadBitmaps(IImageReader reader, Qcow2Header header, Qcow2Extensions extensions) =>
        (header.Autoclear & 1) != 0 && extensions.Bitmaps is (uint count, ulong size, ulong offset) && offset < (ulong)reader.Length
            ? Qcow2Bitmaps.Read(reader.ReadArray((long)offset, (int)Math.Min(size, Qcow2Bitmaps.MaximumBytes)), count)
            : null;
}
