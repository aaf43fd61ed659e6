using System.Text;

namespace ImageUtils.Core.Tests.Support.Images;

/// <summary>Small images of the other formats, each valid as it comes.</summary>
public static class MadeDisks
{
    public const int LuksPayload = 2 << 20;

    public static byte[] Vdi()
    {
        byte[] image = new byte[1024 + (1 << 20)];
        image.Put(0, "<<< Oracle VM VirtualBox Disk Image >>>\n"u8).Le32(0x40, 0xBEDA107F).Le32(0x44, 0x00010001).Le32(0x48, 0x190).Le32(0x4c, 1);
        image.Le32(0x154, 512).Le32(0x158, 1024).Le32(0x168, 512).Le64(0x170, 2 << 20).Le32(0x178, 1 << 20).Le32(0x180, 2).Le32(0x184, 1);
        return image.Le32(512, 0).Le32(516, uint.MaxValue);
    }

    public static byte[] Qed()
    {
        byte[] image = new byte[5 * 65536];
        return image.Put(0, "QED\0"u8).Le32(4, 65536).Le32(8, 2).Le32(12, 1).Le64(40, 65536).Le64(48, 1 << 20);
    }

    /// <summary>An L2 table in the fourth cluster, two clusters long, and a cluster of data behind it.</summary>
    public static byte[] QedWithData()
    {
        byte[] image = Qed();
        Array.Resize(ref image, 8 * 65536);
        return image.Le64(65536, 3 * 65536).Le64(3 * 65536, 5 * 65536);
    }

    /// <summary>An L2 table at 4096, a cluster of data at 8192 and two compressed ones that share a sector.</summary>
    public static byte[] QcowWithData()
    {
        byte[] image = Qcow();
        Array.Resize(ref image, 16384);
        const ulong Hundred = (1UL << 63) | (100UL << 51);
        return image.Be64(48, 4096).Be64(4096, 8192).Be64(4112, Hundred | 12288).Be64(4120, Hundred | 12388);
    }

    public static byte[] Qcow()
    {
        byte[] image = new byte[8192];
        image.Put(0, [0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 1]).Be64(24, 1 << 20).Be64(40, 48);
        image[32] = 12;
        image[33] = 9;
        return image;
    }

    public static byte[] Parallels()
    {
        byte[] image = new byte[1 << 20];
        image.Put(0, "WithouFreSpacExt"u8).Le32(16, 2).Le32(28, 128).Le32(32, 32).Le64(36, 4096).Le32(48, 128);
        return image.Le32(64, 1);
    }

    public static byte[] Bochs()
    {
        byte[] image = new byte[4096];
        image.Put(0, "Bochs Virtual HD Image\0"u8).Put(32, "Redolog"u8).Put(48, "Growing"u8).Le32(64, 0x20000).Le32(68, 512);
        return image.Le32(72, 16).Le32(76, 1).Le32(80, 65536).Le64(88, 1 << 20);
    }

    public static byte[] Dmg()
    {
        byte[] image = new byte[4608];
        int trailer = image.Length - 512;
        image.Put(trailer, "koly"u8).Be32(trailer + 4, 4).Be32(trailer + 8, 512).Be64(trailer + 24, 0).Be64(trailer + 32, 2048);
        return image.Be64(trailer + 0xd8, 2048).Be64(trailer + 0xe0, 1024).Be64(trailer + 0x1ec, 2048);
    }

    public static byte[] Cloop()
    {
        byte[] image = new byte[4096];
        image.Put(0, "#!/bin/sh\n#V2.0 Format\nmodprobe cloop file=$0 && mount -r -t iso9660 /dev/cloop $1\n"u8);
        return image.Be32(128, 65536).Be32(132, 16);
    }

    public static byte[] Luks1()
    {
        byte[] image = new byte[LuksPayload + 65536];
        image.Put(0, [0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe]).Be16(6, 1).Put(8, "aes"u8).Put(40, "xts-plain64"u8).Put(72, "sha256"u8);
        image.Be32(104, LuksPayload / 512).Be32(108, 32).Be32(164, 100_000).Put(168, "00000000-0000-0000-0000-000000000001"u8);
        for (int slot = 0; slot < 8; slot++)
        {
            int offset = 208 + (slot * 48);
            image.Be32(offset, slot == 0 ? 0x00AC71F3u : 0x0000DEADu).Be32(offset + 4, slot == 0 ? 1_000_000u : 0).Be32(offset + 40, (uint)(8 + (slot * 256))).Be32(offset + 44, 4000);
        }

        return image;
    }

    public static byte[] Luks2(string json = /*lang=json,strict*/ "{\"keyslots\":{\"0\":{\"kdf\":{\"type\":\"argon2id\",\"time\":4,\"memory\":1048576,\"cpus\":4}}},\"segments\":{\"0\":{\"type\":\"crypt\",\"offset\":\"65536\",\"size\":\"dynamic\"}}}")
    {
        byte[] image = new byte[65536 + 4096];
        image.Put(0, [0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe]).Be16(6, 2).Be64(8, 16384).Put(72, "sha256"u8).Put(168, "00000000-0000-0000-0000-000000000002"u8);
        image.Put(4096, Encoding.UTF8.GetBytes(json));
        return image.Put(448, System.Security.Cryptography.SHA256.HashData(image.AsSpan(0, 16384)));
    }

    public static byte[] Iso(int size = 65536)
    {
        byte[] image = new byte[size];
        return image.Put(32768, "\u0001CD001\u0001"u8).Le32(32768 + 80, (uint)(size / 2048)).Le16(32768 + 128, 2048);
    }

    public static byte[] Mbr()
    {
        byte[] image = new byte[1 << 20];
        image[446] = 0x80;
        image[450] = 0x83;
        return image.Le32(454, 1).Le32(458, 2047).Put(510, [0x55, 0xaa]);
    }

    public static byte[] Gpt()
    {
        byte[] image = new byte[1 << 20];
        image.Put(446, [0, 0, 2, 0, 0xee, 0xff, 0xff, 0xff]).Le32(454, 1).Le32(458, 2047).Put(510, [0x55, 0xaa]);
        image.Put(512, "EFI PART"u8).Le32(512 + 8, 0x00010000).Le32(512 + 12, 92).Le32(512 + 80, 128).Le32(512 + 84, 128);
        uint crc = uint.MaxValue;
        foreach (byte value in image.AsSpan(512, 92))
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
            }
        }

        return image.Le32(512 + 16, ~crc);
    }
}
