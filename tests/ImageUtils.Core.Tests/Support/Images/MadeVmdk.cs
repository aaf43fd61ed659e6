using System.Text;

namespace ImageUtils.Core.Tests.Support.Images;

/// <summary>Small VMDKs: a sparse one of 1 MiB, and a streamOptimized one with its footer.</summary>
public static class MadeVmdk
{
    public const int Directory = 21 * 512;
    public const int DescriptorOffset = 512;
    public const int RedundantDirectory = 22 * 512;
    public const int Table = 30 * 512;
    public const int RedundantTable = 40 * 512;
    public const int Grain = 128 * 512;

    public static string Descriptor { get; } =
        "# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType=\"monolithicSparse\"\n\n# Extent description\nRW 2048 SPARSE \"v.vmdk\"\n\n# The Disk Data Base\n#DDB\n\nddb.adapterType = \"ide\"\n";

    public static byte[] Sparse(string? descriptor = null)
    {
        byte[] image = new byte[65536];
        Header(image, 0, 1, 3, 21);
        image.Le32(Directory, 30);
        return image.Put(DescriptorOffset, Encoding.UTF8.GetBytes(descriptor ?? Descriptor));
    }

    /// <summary>A sparse disk with a grain, and both copies of directory and table.</summary>
    public static byte[] WithGrains()
    {
        byte[] image = Sparse();
        Array.Resize(ref image, Grain + (2 * 65536));
        image.Le64(48, RedundantDirectory / 512).Le32(RedundantDirectory, RedundantTable / 512);
        return image.Le32(Table, Grain / 512).Le32(RedundantTable, Grain / 512);
    }

    /// <summary>A stream-optimized disk with a grain.</summary>
    public static byte[] Compressed()
    {
        byte[] image = StreamOptimized();
        byte[] end = image[^1536..];
        Array.Resize(ref image, Grain + 4096);
        image.AsSpan(65536 - 1536, 1536).Clear();
        image.Le32(Directory, Table / 512).Le32(Table, Grain / 512).Le32(Grain + 8, 100);
        return image.Put(image.Length - 1536, end);
    }

    public static byte[] StreamOptimized()
    {
        byte[] image = new byte[65536];
        Header(image, 0, 3, 0x30001, ulong.MaxValue).Le16(77, 1);
        image.Put(DescriptorOffset, Encoding.ASCII.GetBytes(Descriptor.Replace("monolithicSparse", "streamOptimized", StringComparison.Ordinal)));
        image.Le32(image.Length - 1536 + 12, 3);
        Header(image, image.Length - 1024, 3, 0x30001, 21).Le16(image.Length - 1024 + 77, 1);
        return image;
    }

    public static byte[] Text(string descriptor) => Encoding.UTF8.GetBytes(descriptor);

    private static byte[] Header(byte[] image, int offset, uint version, uint flags, ulong directory)
    {
        image.Put(offset, "KDMV"u8).Le32(offset + 4, version).Le32(offset + 8, flags).Le64(offset + 12, 2048).Le64(offset + 20, 128);
        image.Le64(offset + 28, 1).Le64(offset + 36, 20).Le32(offset + 44, 512).Le64(offset + 56, directory).Le64(offset + 64, 128);
        return image.Put(offset + 73, "\n \r\n"u8);
    }
}
