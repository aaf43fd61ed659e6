namespace ImageUtils.Core.Tests.Support.Images;

/// <summary>Small VHDs: a dynamic one of 4 MiB with one block, and a fixed one of 1 MiB.</summary>
public static class MadeVhd
{
    public const int Header = 512;
    public const int Table = 1536;
    public const int Block = 2048;
    public const int BlockSize = 2 << 20;
    public const int DynamicSize = 4 << 20;
    public const int FixedSize = 1 << 20;

    public static byte[] Dynamic(Action<byte[]>? changeFooter = null, Action<byte[]>? changeHeader = null, string creator = "tap\0", Action<byte[]>? changeEndOnly = null)
    {
        byte[] footer = Footer(DynamicSize, 3, Header, creator);
        changeFooter?.Invoke(footer);
        byte[] end = [.. footer];
        changeEndOnly?.Invoke(end);
        byte[] header = new byte[1024];
        header.Put(0, "cxsparse"u8).Be64(8, ulong.MaxValue).Be64(16, Table).Be32(24, 0x00010000).Be32(28, 2).Be32(32, BlockSize);
        changeHeader?.Invoke(header);
        header.Be32(36, 0).Be32(36, Sum(header));
        byte[] image = new byte[Block + 512 + BlockSize + 512];
        image.Put(0, Seal(footer)).Put(Header, header).Fill(Table, 512, 0xff).Be32(Table, Block / 512);
        return image.Put(image.Length - 512, Seal(end));
    }

    public static byte[] Fixed(Action<byte[]>? changeFooter = null, bool isOld = false)
    {
        byte[] footer = Footer(FixedSize, 2, ulong.MaxValue, "tap\0");
        changeFooter?.Invoke(footer);
        byte[] image = new byte[FixedSize + (isOld ? 511 : 512)];
        return image.Put(FixedSize, Seal(footer).AsSpan(0, isOld ? 511 : 512));
    }

    private static byte[] Footer(ulong size, uint type, ulong dataOffset, string creator)
    {
        byte[] footer = new byte[512];
        footer.Put(0, "conectix"u8).Be32(8, 2).Be32(12, 0x00010000).Be64(16, dataOffset).Put(28, System.Text.Encoding.ASCII.GetBytes(creator));
        footer.Be64(40, size).Be64(48, size).Be32(60, type);
        ulong sectors = size / 512;
        footer[58] = 4;
        footer[59] = 16;
        return footer.Be16(56, (ushort)(sectors / 64));
    }

    private static byte[] Seal(byte[] footer) => footer.Be32(64, 0).Be32(64, Sum(footer));

    private static uint Sum(byte[] bytes)
    {
        uint sum = 0;
        foreach (byte value in bytes)
        {
            sum += value;
        }

        return ~sum;
    }
}
