namespace ImageUtils.Core.Tests.Support.Images;

/// <summary>A small qcow2 image: header, reference counts, L1 and L2 table, one data cluster, 64 KiB each; 1 MiB of disk.</summary>
public static class MadeQcow2
{
    public const int Cluster = 65536;
    public const int RefcountTable = Cluster;
    public const int RefcountBlock = 2 * Cluster;
    public const int L1 = 3 * Cluster;
    public const int L2 = 4 * Cluster;
    public const int Data = 5 * Cluster;
    public const int DiskSize = 1 << 20;

    public static byte[] Version3()
    {
        byte[] image = Version2().Be32(4, 3);
        return image.Be32(96, 4).Be32(100, 104);
    }

    public static byte[] Version2()
    {
        byte[] image = new byte[6 * Cluster];
        image.Put(0, [0x51, 0x46, 0x49, 0xfb]).Be32(4, 2).Be32(20, 16).Be64(24, DiskSize);
        image.Be32(36, 1).Be64(40, L1).Be64(48, RefcountTable).Be32(56, 1);
        image.Be64(RefcountTable, RefcountBlock);
        image.Be64(L1, (1UL << 63) | L2);
        return image.Be64(L2, (1UL << 63) | Data);
    }

    public static byte[] WithExtension(uint type, ReadOnlySpan<byte> data)
    {
        byte[] image = Version3();
        return image.Be32(104, type).Be32(108, (uint)data.Length).Put(112, data);
    }

    public static byte[] WithBacking(string name)
    {
        byte[] text = System.Text.Encoding.UTF8.GetBytes(name);
        return Version3().Be64(8, 4096).Be32(16, (uint)text.Length).Put(4096, text);
    }
}
