using ImageUtils.Core.Tests.Support.Images;
using static ImageUtils.Core.Tests.Hostile.HostileCase;

namespace ImageUtils.Core.Tests.Hostile;

/// <summary>VHDX: headers, regions, metadata, log and block table that lie.</summary>
public static class VhdxCases
{
    private const int Mebibyte = 1 << 20;
    private static readonly Guid Unknown = new("01234567-89AB-CDEF-0123-456789ABCDEF");

    public static HostileCase[] All { get; } =
    [
        Accept("vhdx: dynamic", () => new MadeVhdx().Build()),
        Accept("vhdx: a fixed disk, whose blocks are left allocated", () => With(MadeVhdx.FileParameters, new byte[8].Le32(0, Mebibyte).Le32(4, 1))),
        Accept("vhdx: sectors of 4096 bytes", () => With(MadeVhdx.LogicalSector, new byte[4].Le32(0, 4096))),
        Accept("vhdx: the first header is damaged", () => new MadeVhdx().Build().Fill(65536 + 100, 1, 7)),
        Accept("vhdx: the second header is damaged", () => new MadeVhdx().Build().Fill(131072 + 100, 1, 7)),
        Accept("vhdx: a region table is damaged", () => new MadeVhdx().Build().Fill(196608 + 4000, 1, 7)),
        Accept("vhdx: the disk's blocks are all unmapped or zero", () => new MadeVhdx { Blocks = [0, 1, 2, 3] }.Build()),
        Accept("vhdx: two headers of one sequence number that are the same", () => Headers(1, 1)),

        Reject("vhdx: two headers of one sequence number that differ", "header", () => Headers(1, 1, differ: true)),
        Reject("vhdx: both headers are damaged", "checksum", () => new MadeVhdx().Build().Fill(65536 + 100, 1, 7).Fill(131072 + 100, 1, 7)),
        Reject("vhdx: both region tables are damaged", "checksum", () => new MadeVhdx().Build().Fill(196608 + 4000, 1, 7).Fill(262144 + 4000, 1, 7)),
        Reject("vhdx: two region tables that differ", "tables", RegionsDiffer),
        Reject("vhdx: version 2", "header", () => new MadeVhdx { Version = 2 }.Build()),
        Reject("vhdx: an unknown region that is needed", "unknown_features", () => new MadeVhdx { ExtraRegion = Unknown, Blocks = [] }.Build()),
        Reject("vhdx: the block table's region twice", "tables", () => new MadeVhdx { ExtraRegion = new Guid("2DC27766-F623-4200-9D64-115E9BFD4A08"), Blocks = [] }.Build()),
        Reject("vhdx: unknown metadata that are needed", "unknown_features", () => With(Unknown, new byte[8])),
        Reject("vhdx: no disk size", "virtual_size", () => Without(MadeVhdx.DiskSize)),
        Reject("vhdx: no file parameters", "header", () => Without(MadeVhdx.FileParameters)),
        Reject("vhdx: no logical sector size", "header", () => Without(MadeVhdx.LogicalSector)),
        Reject("vhdx: no physical sector size", "header", () => Without(MadeVhdx.PhysicalSector)),
        Reject("vhdx: no disk id", "header", () => Without(MadeVhdx.DiskId)),
        Reject("vhdx: physical sectors of 513 bytes", "header", () => With(MadeVhdx.PhysicalSector, new byte[4].Le32(0, 513))),
        Reject("vhdx: a disk of 65 TiB", "virtual_size", () => With(MadeVhdx.DiskSize, new byte[8].Le64(0, 65UL << 40))),
        Reject("vhdx: a disk of 2^64 - 1 bytes", "virtual_size", () => With(MadeVhdx.DiskSize, new byte[8].Le64(0, ulong.MaxValue))),
        Reject("vhdx: a disk of half a sector", "virtual_size", () => With(MadeVhdx.DiskSize, new byte[8].Le64(0, 4 * Mebibyte + 256))),
        Reject("vhdx: a disk that its block table cannot hold", "tables", () => With(MadeVhdx.DiskSize, new byte[8].Le64(0, 1UL << 40))),
        Reject("vhdx: blocks of 0 bytes", "header", () => With(MadeVhdx.FileParameters, new byte[8])),
        Reject("vhdx: blocks of 3 MiB", "header", () => With(MadeVhdx.FileParameters, new byte[8].Le32(0, 3 * Mebibyte))),
        Reject("vhdx: blocks of 512 MiB", "header", () => With(MadeVhdx.FileParameters, new byte[8].Le32(0, 512 * Mebibyte))),
        Reject("vhdx: a parent by its flag", "parent", () => With(MadeVhdx.FileParameters, new byte[8].Le32(0, Mebibyte).Le32(4, 2))),
        Reject("vhdx: a parent by its locator alone", "parent", () => With(MadeVhdx.ParentLocator, new byte[64])),
        Reject("vhdx: a log that is to be replayed and is empty", "log", () => new MadeVhdx { LogId = Unknown }.Build()),
        Reject("vhdx: a block behind the end", "tables", () => new MadeVhdx { Blocks = [(1UL << 40) | 6] }.Build()),
        Reject("vhdx: a block in the headers", "tables", () => new MadeVhdx { Blocks = [6] }.Build()),
        Reject("vhdx: a block in the block table", "tables", () => new MadeVhdx { Blocks = [MadeVhdx.Bat | 6UL] }.Build()),
        Reject("vhdx: a block used twice", "tables", () => new MadeVhdx { Blocks = [(4UL << 20) | 6, (4UL << 20) | 6] }.Build()),
        Reject("vhdx: a block there in part, without a parent", "tables", () => new MadeVhdx { Blocks = [(4UL << 20) | 7] }.Build()),
        Reject("vhdx: a block of a state that nobody knows", "tables", () => new MadeVhdx { Blocks = [(4UL << 20) | 5] }.Build()),
        Reject("vhdx: the last block is cut", "tables", () => new MadeVhdx().Build()[..^4096]),
        Reject("vhdx: a block table in the log", "tables", () => new MadeVhdx { BatOffset = MadeVhdx.LogStart }.Build()),
        Reject("vhdx: a block table behind the end", "tables", () => new MadeVhdx { BatOffset = 1UL << 40 }.Build()),
        Reject("vhdx: a block table off its mebibyte", "tables", () => new MadeVhdx { BatOffset = MadeVhdx.Bat + 512 }.Build()),
        Reject("vhdx: cut in the second header", "checksum", () => new MadeVhdx().Build()[..(131072 + 100)]),
        Reject("vhdx: cut in the metadata", "header", () => new MadeVhdx().Build()[..(MadeVhdx.Metadata + 4096)]),
        Reject("vhdx: the signature alone", "checksum", () => "vhdxfile"u8.ToArray()),
    ];

    private static byte[] With(Guid item, byte[] value)
    {
        var made = new MadeVhdx();
        made.Set(item, value);
        return made.Build();
    }

    private static byte[] Without(Guid item)
    {
        var made = new MadeVhdx();
        made.Remove(item);
        return made.Build();
    }

    private static byte[] Headers(ulong first, ulong second, bool differ = false)
    {
        byte[] image = new MadeVhdx().Build();
        image.Le64(65536 + 8, first).Le64(131072 + 8, second);
        if (differ)
        {
            image.Put(65536 + 16, Unknown.ToByteArray());
        }

        MadeVhdx.Seal(image, 65536, 4096);
        MadeVhdx.Seal(image, 131072, 4096);
        return image;
    }

    private static byte[] RegionsDiffer()
    {
        byte[] image = new MadeVhdx().Build().Le64(262144 + 16 + 16, 4 * Mebibyte);
        MadeVhdx.Seal(image, 262144, 65536);
        return image;
    }
}
