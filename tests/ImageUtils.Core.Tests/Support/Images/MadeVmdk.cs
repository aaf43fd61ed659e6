using System.Text;

namespace ImageUtils.Core.Tests.Support.Images;

/// <summary>Small VMDKs: a sparse one of 1 MiB, and a streamOptimized one with its footer.</summary>
public static class MadeVmdk
{
    public const int Directory = 21 * 512;
    public const int DescriptorOffset = 512;

    public static string Descriptor { get; } =
        "# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType=\"monolithicSparse\"\n\n# Extent description\nRW 2048 SPARSE \"v.vmdk\"\n\n# The Disk Data Base\n#DDB\n\nddb.adapterType = \"ide\"\n";

    public static byte[] Sparse(string? descriptor = null)
    {
        byte[] image = new byte[65536];
        Header(image, 0, 1, 3, 21);
        image.Le32(Directory, 30);
        return image.Put(DescriptorOffset, Encoding.UTF8.GetBytes(descriptor ?? Descriptor));
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
