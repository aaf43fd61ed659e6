using ImageUtils.Core.Tests.Support.Images;
using static ImageUtils.Core.Tests.Hostile.HostileCase;

namespace ImageUtils.Core.Tests.Hostile;

/// <summary>Two formats in one file, and partition tables that are odd, which are the guest's own affair.</summary>
public static class PolyglotCases
{
    private const int Iso = 32768;

    public static HostileCase[] All { get; } =
    [
        Accept("iso: plain", () => MadeDisks.Iso()),
        Accept("iso: hybrid with MBR", () => Hybrid(MadeDisks.Mbr())),
        Accept("iso: hybrid with GPT", () => Hybrid(MadeDisks.Gpt())),
        Accept("iso: a bridge of ISO 9660 and UDF", () => MadeDisks.Iso(131072).Put(Iso + 2048, "\0BEA01\u0001"u8).Put(Iso + 4096, "\0NSR02\u0001"u8).Put(Iso + 6144, "\0TEA01\u0001"u8)),
        Accept("iso: UDF alone", () => new byte[131072].Put(Iso, "\0BEA01\u0001"u8).Put(Iso + 2048, "\0NSR03\u0001"u8).Put(Iso + 4096, "\0TEA01\u0001"u8)),
        Accept("iso: UDF in blocks of 4096 bytes", () => new byte[131072].Put(Iso, "\0BEA01\u0001"u8).Put(Iso + 4096, "\0NSR03\u0001"u8).Put(Iso + 8192, "\0TEA01\u0001"u8)),
        Reject("iso: cut in its descriptor", "header", () => MadeDisks.Iso()[..(Iso + 1000)]),
        Reject("two formats: qcow2 and ISO", "single_format", () => Descriptor(MadeQcow2.Version3())),
        Reject("two formats: qcow and ISO", "single_format", () => Descriptor(MadeDisks.Qcow())),
        Reject("two formats: QED and ISO", "single_format", () => Descriptor(MadeDisks.Qed())),
        Reject("two formats: VDI and ISO", "single_format", () => Descriptor(MadeDisks.Vdi())),
        Reject("two formats: VHDX and ISO", "single_format", () => Descriptor(new MadeVhdx().Build())),
        Reject("two formats: LUKS and ISO", "single_format", () => Descriptor(MadeDisks.Luks1())),
        Reject("two formats: Parallels and ISO", "single_format", () => Descriptor(MadeDisks.Parallels())),
        Reject("two formats: text descriptor and ISO", "single_format", () => Descriptor(System.Text.Encoding.ASCII.GetBytes(MadeVmdk.Descriptor))),
        Reject("two formats: fixed VHD and ISO", "single_format", () => Descriptor(MadeVhd.Fixed())),
        Reject("two formats: tar and ISO", "single_format", () => Descriptor(MadeTar.Of(("disk.raw", new byte[65536], '0')))),
        Reject("two formats: zip and ISO", "single_format", () => Descriptor(MadeZip.Of(new byte[65536]))),
        Reject("two formats: gzip and ISO", "single_format", () => Descriptor(Support.MadeGzip.Of(new byte[65536]))),
        Reject("two formats: qcow2 and UDF", "single_format", () => MadeQcow2.Version3().Put(Iso, "\0BEA01\u0001"u8).Put(Iso + 2048, "\0NSR02\u0001"u8)),
        Reject("two formats: qcow2 and a fixed VHD", "single_format", () => [.. MadeQcow2.Version3(), .. MadeVhd.Fixed()[^512..]]),
        Reject("two formats: qcow2 and the trailer of a DMG", "single_format", () => [.. MadeQcow2.Version3(), .. MadeDisks.Dmg()[^512..]]),
        Reject("two formats: qcow2 and MBR", "single_format", () => MadeQcow2.Version3().Put(446, MadeDisks.Mbr().AsSpan(446, 66))),
        Reject("two formats: VMDK and a fixed VHD", "single_format", () => [.. MadeVmdk.Sparse(), .. MadeVhd.Fixed()[^512..]]),
        Reject("two formats: VDI and the cookie of a VHDX", "single_format", () => MadeDisks.Vdi().Put(0, "vhdxfile"u8)),
        Reject("two formats: QED and VDI", "single_format", () => MadeDisks.Qed().Le32(0x40, 0xBEDA107F)),

        Accept("mbr: one partition", MadeDisks.Mbr),
        Accept("mbr: fixed VHD of a disk with MBR", () => [.. MadeDisks.Mbr(), .. MadeVhd.Fixed()[^512..]]),
        Accept("mbr: fixed VHD of a disk with GPT", () => [.. MadeDisks.Gpt(), .. MadeVhd.Fixed()[^512..]]),
        Accept("mbr: a partition that begins at sector 0", () => MadeDisks.Mbr().Le32(454, 0)),
        Accept("mbr: a partition of 4 G sectors", () => MadeDisks.Mbr().Le32(458, uint.MaxValue)),
        Accept("mbr: two active partitions", () => MadeDisks.Mbr() is var image ? image.Put(462, image.AsSpan(446, 16)) : []),
        Accept("mbr: a boot flag that is none", () => MadeDisks.Mbr().Put(446, [0x7f])),
        Accept("mbr: a partition of a type without size", () => MadeDisks.Mbr().Put(446 + 16 + 4, [0x83])),
        Accept("mbr: no partition at all", () => new byte[65536].Put(510, [0x55, 0xaa])),
        Accept("gpt: plain", MadeDisks.Gpt),
        Accept("gpt: protective partition of the largest size", () => MadeDisks.Gpt().Le32(458, uint.MaxValue)),
        Accept("gpt: a partition beside the protective one", () => MadeDisks.Gpt().Put(446 + 16, MadeDisks.Mbr().AsSpan(446, 16))),
        Accept("gpt: no header", () => MadeDisks.Gpt().Fill(512, 92, 0)),
        Accept("gpt: a header of 4 GiB", () => MadeDisks.Gpt().Le32(512 + 12, uint.MaxValue)),
        Accept("gpt: the protective partition in the last place", () => MadeDisks.Gpt() is var image ? image.Put(446 + 48, image.AsSpan(446, 16)).Fill(446, 16, 0) : []),
        Accept("gpt: cut behind the protective MBR", () => MadeDisks.Gpt()[..512]),
    ];

    private static byte[] Descriptor(byte[] image)
    {
        Array.Resize(ref image, Math.Max(image.Length, 65536));
        return image.Put(Iso, MadeDisks.Iso().AsSpan(Iso, 2048));
    }

    private static byte[] Hybrid(byte[] disk) => Descriptor(disk).Le32(Iso + 80, (uint)(disk.Length / 2048));
}
