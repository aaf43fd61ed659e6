using ImageUtils.Storage;

namespace ImageUtils.Formats.Containers;

/// <summary>Recognises compressed files and archives by their first bytes.</summary>
internal static class ContainerSignature
{
    /// <summary>The formats that are containers.</summary>
    public static IReadOnlyList<DiskFormat> Formats { get; } =
        [DiskFormat.Gzip, DiskFormat.Xz, DiskFormat.Zstd, DiskFormat.Bzip2, DiskFormat.Zip, DiskFormat.Ova, DiskFormat.Tar];

    /// <summary>Says which container it is.</summary>
    /// <param name="window">The ends of the file.</param>
    /// <returns>The format, or null.</returns>
    public static DiskFormat? Find(DetectionWindow window)
    {
        ReadOnlySpan<byte> head = window.Head;
        if (head.HasAt(0, [0x1f, 0x8b, 0x08]))
        {
            return DiskFormat.Gzip;
        }

        if (head.HasAt(0, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]))
        {
            return DiskFormat.Xz;
        }

        if (ZstdFrame.IsMatch(head))
        {
            return DiskFormat.Zstd;
        }

        if (head.HasAt(0, "BZh"u8) && head.U8(3) is >= (byte)'1' and <= (byte)'9' && (head.HasAt(4, [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]) || head.HasAt(4, [0x17, 0x72, 0x45, 0x38, 0x50, 0x90])))
        {
            return DiskFormat.Bzip2;
        }

        if (head.HasAt(0, "PK\x03\x04"u8) || head.HasAt(0, "PK\x05\x06"u8))
        {
            return DiskFormat.Zip;
        }

        if (!TarHeader.IsMatch(head))
        {
            return null;
        }

        return TarHeader.LooksLikeAppliance(window.Reader) == true ? DiskFormat.Ova : DiskFormat.Tar;
    }
}
