using ImageUtils.Core.Tests.Support.Images;
using static ImageUtils.Core.Tests.Hostile.HostileCase;

namespace ImageUtils.Core.Tests.Hostile;

/// <summary>VHD: footers, headers and block tables that lie.</summary>
public static class VhdCases
{
    public static HostileCase[] All { get; } =
    [
        Accept("vhd: dynamic", () => MadeVhd.Dynamic()),
        Accept("vhd: fixed", () => MadeVhd.Fixed()),
        Accept("vhd: fixed, 511-byte footer", () => MadeVhd.Fixed(isOld: true)),
        Accept("vhd: dynamic, 511-byte footer", () => MadeVhd.Dynamic()[..^1]),
        .. new[] { "tap\0", "qemu", "qem2", "vpc ", "vs  ", "win ", "d2v ", "d2v\0", "CTXS", "wa\0\0", "vbox", "tap ", "\0\0\0\0" }.Select(creator =>
            Accept($"vhd: creator '{creator.Replace('\0', '0')}'", () => MadeVhd.Dynamic(creator: creator))),
        Accept("vhd: a size of half a sector", () => MadeVhd.Dynamic(footer => footer.Be64(48, MadeVhd.DynamicSize - 100))),
        Accept("vhd: blocks of 2 KiB, which qemu misreads", SmallBlocks),
        Accept("vhd: temporary", () => MadeVhd.Dynamic(footer => footer.Be32(8, 3))),
        Accept("vhd: hidden", () => MadeVhd.Dynamic(footer => footer[85] = 1)),
        Accept("vhd: of a machine that was suspended", () => MadeVhd.Dynamic(footer => footer[84] = 1)),
        Accept("vhd: without a block", () => MadeVhd.Dynamic().Fill(MadeVhd.Table, 4, 0xff)),
        Accept("vhd: a table with room for a larger disk", () => MadeVhd.Dynamic(changeHeader: header => header.Be32(28, 100))),
        Accept("vhd: geometry at its maximum, from qemu", () => MadeVhd.Dynamic(footer => footer.Be16(56, 65535).Put(58, [16, 255]), creator: "qem2")),
        Accept("vhd: only the end's footer is damaged", () => MadeVhd.Dynamic() is var image ? image.Fill(image.Length - 400, 1, 7) : []),
        Accept("vhd: only the beginning's footer is damaged", () => MadeVhd.Dynamic().Fill(200, 1, 7)),
        Accept("vhd: the footer at the end is cut off", () => MadeVhd.Dynamic()[..^512]),
        Accept("vhd: the copy at the beginning is missing", () => MadeVhd.Dynamic().Fill(0, 512, 0)),
        Accept("vhd: a larger file than the fixed footer says", () => MadeVhd.Fixed(footer => footer.Be64(48, MadeVhd.FixedSize / 2).Be16(56, 16))),

        Reject("vhd: both footers damaged", "checksum", () => MadeVhd.Dynamic().Fill(200, 1, 7) is var image ? image.Fill(image.Length - 400, 1, 7) : []),
        Reject("vhd: the fixed footer damaged", "checksum", () => MadeVhd.Fixed() is var image ? image.Fill(image.Length - 400, 1, 7) : []),
        Reject("vhd: footers of two sizes", "footer", () => MadeVhd.Dynamic(changeEndOnly: end => end.Be64(48, 2 << 20))),
        Reject("vhd: footers of two types", "footer", () => MadeVhd.Dynamic(changeEndOnly: end => end.Be32(60, 2))),
        Reject("vhd: footers of two headers", "footer", () => MadeVhd.Dynamic(changeEndOnly: end => end.Be64(16, 1024))),
        Reject("vhd: disabled", "header", () => MadeVhd.Dynamic(footer => footer.Put(0, "v_poison"u8))),
        Reject("vhd: disabled at the beginning only", "header", () => MadeVhd.Dynamic(footer => footer.Put(0, "v_poison"u8), changeEndOnly: end => end.Put(0, "conectix"u8))),
        Reject("vhd: version 2", "header", () => MadeVhd.Dynamic(footer => footer.Be32(12, 0x00020000))),
        .. new uint[] { 0, 1, 5, 6, 7, uint.MaxValue }.Select(type => Reject($"vhd: type {type}", "header", () => MadeVhd.Dynamic(footer => footer.Be32(60, type)))),
        Reject("vhd: a differencing disk", "parent", () => MadeVhd.Dynamic(footer => footer.Be32(60, 4))),
        Reject("vhd: a fixed disk with its footer at the beginning only", "footer", () => MadeVhd.Dynamic(footer => footer.Be32(60, 2), changeEndOnly: end => end.AsSpan().Clear())),
        Reject("vhd: a fixed disk larger than its file", "virtual_size", () => MadeVhd.Fixed(footer => footer.Be64(48, 1UL << 30))),
        Reject("vhd: 2^63 bytes", "virtual_size", () => MadeVhd.Dynamic(footer => footer.Be64(48, 1UL << 63))),
        Reject("vhd: 2^64 - 1 bytes", "virtual_size", () => MadeVhd.Dynamic(footer => footer.Be64(48, ulong.MaxValue))),
        Reject("vhd: 3 TiB", "virtual_size", () => MadeVhd.Dynamic(footer => footer.Be64(48, 3UL << 40))),
        Reject("vhd: a table smaller than the disk", "virtual_size", () => MadeVhd.Dynamic(changeHeader: header => header.Be32(28, 1))),
        Reject("vhd: a geometry that promises more", "virtual_size", () => MadeVhd.Dynamic(footer => footer.Be16(56, 60000).Put(58, [16, 63]), creator: "vpc ")),
        Reject("vhd: a header behind the end", "header", () => MadeVhd.Dynamic(footer => footer.Be64(16, 1UL << 40))),
        Reject("vhd: a header at 2^64 - 1", "header", () => MadeVhd.Dynamic(footer => footer.Be64(16, ulong.MaxValue))),
        Reject("vhd: a header at the footer", "header", () => MadeVhd.Dynamic(footer => footer.Be64(16, 0))),
        Reject("vhd: a header in the last bytes", "header", () => MadeVhd.Dynamic(footer => footer.Be64(16, MadeVhd.Block + 512 + MadeVhd.BlockSize))),
        Reject("vhd: a header without its cookie", "header", () => MadeVhd.Dynamic(changeHeader: header => header.Put(0, "cxsparsx"u8))),
        Reject("vhd: a header with a wrong checksum", "checksum", () => MadeVhd.Dynamic().Fill(MadeVhd.Header + 900, 1, 7)),
        Reject("vhd: a header of version 2", "header", () => MadeVhd.Dynamic(changeHeader: header => header.Be32(24, 0x00020000))),
        Reject("vhd: blocks of 3 MiB", "header", () => MadeVhd.Dynamic(changeHeader: header => header.Be32(32, 3 << 20))),
        Reject("vhd: blocks of 0 bytes", "header", () => MadeVhd.Dynamic(changeHeader: header => header.Be32(32, 0))),
        Reject("vhd: blocks of 256 bytes", "header", () => MadeVhd.Dynamic(changeHeader: header => header.Be32(32, 256))),
        Reject("vhd: a table of 4 G entries", "tables", () => MadeVhd.Dynamic(changeHeader: header => header.Be32(28, uint.MaxValue))),
        Reject("vhd: a table behind the end", "tables", () => MadeVhd.Dynamic(changeHeader: header => header.Be64(16, 1UL << 40))),
        Reject("vhd: a table in the header", "tables", () => MadeVhd.Dynamic(changeHeader: header => header.Be64(16, MadeVhd.Header + 512))),
        Reject("vhd: a table in the footer", "tables", () => MadeVhd.Dynamic(changeHeader: header => header.Be64(16, 0))),
        Reject("vhd: a block behind the end", "tables", () => MadeVhd.Dynamic().Be32(MadeVhd.Table, 1 << 24)),
        Reject("vhd: a block in the table", "tables", () => MadeVhd.Dynamic().Be32(MadeVhd.Table, MadeVhd.Table / 512)),
        Reject("vhd: a block at sector 0", "tables", () => MadeVhd.Dynamic().Be32(MadeVhd.Table, 0)),
        Reject("vhd: two blocks in one place", "tables", () => MadeVhd.Dynamic().Be32(MadeVhd.Table + 4, MadeVhd.Block / 512)),
        Reject("vhd: two blocks that overlap by a sector", "tables", () => MadeVhd.Dynamic().Be32(MadeVhd.Table + 4, (MadeVhd.Block / 512) + (MadeVhd.BlockSize / 512))),
        Reject("vhd: the last block cut in the middle of its data", "tables", () => MadeVhd.Dynamic()[..(MadeVhd.Block + 512 + (1 << 20))]),
        Reject("vhd: the last block cut in its bitmap", "tables", () => MadeVhd.Dynamic()[..(MadeVhd.Block + 100)]),
        Reject("vhd: the last block cut, the footer moved up", "tables", () => MadeVhd.Dynamic() is var image ? [.. image[..(MadeVhd.Block + 512 + (1 << 20))], .. image[^512..]] : []),
        Reject("vhd: cut behind the header", "tables", () => MadeVhd.Dynamic()[..MadeVhd.Table]),
        Reject("vhd: cut in the header", "header", () => MadeVhd.Dynamic()[..1000]),
        Reject("vhd: the footer alone", "header", () => MadeVhd.Dynamic()[..512]),
        Reject("vhd: half a footer", "header", () => MadeVhd.Dynamic()[..256]),
        Reject("vhd: the cookie alone", "header", () => "conectix"u8.ToArray()),
    ];

    // The bitmap of so small a block still fills a sector; qemu takes it for data.
    private static byte[] SmallBlocks() => MadeVhd.Dynamic(changeHeader: header => header.Be32(28, 2048).Be32(32, 2048).Be64(16, 4096)).Fill(MadeVhd.Table, 4, 0).Fill(4096, 8192, 0xff);
}
