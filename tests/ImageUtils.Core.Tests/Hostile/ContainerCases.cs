using System.Buffers.Binary;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using static ImageUtils.Core.Tests.Hostile.HostileCase;

namespace ImageUtils.Core.Tests.Hostile;

/// <summary>Compressed images: gzip and zip in every dress, and those that are only named.</summary>
public static class ContainerCases
{
    private static readonly byte[] Sound = MadeQcow2.Version3();
    private static readonly byte[] Bad = MadeQcow2.WithBacking("/etc/passwd");

    public static HostileCase[] All { get; } =
    [
        Accept("gzip: qcow2", () => MadeGzip.Of(Sound)),
        Accept("gzip: raw zeros", () => MadeGzip.Of(new byte[1 << 20])),
        Accept("gzip: a disk with GPT", () => MadeGzip.Of(MadeDisks.Gpt())),
        Accept("gzip: with a name", () => Named("disk.qcow2")),
        Accept("gzip: two members that make one image", () => [.. MadeGzip.Of(Sound[..70000]), .. MadeGzip.Of(Sound[70000..])]),
        Accept("gzip: members of 64 KiB and an empty one, as bgzip writes", Blocked),
        Accept("gzip: zeros behind it", () => [.. MadeGzip.Of(Sound), .. new byte[512]]),
        Accept("gzip: a XenServer image", () => MadeGzip.Of(MadeTar.Of(("0.vhd", MadeVhd.Dynamic(), '0')))),
        Reject("gzip: a backing file inside", "container", () => MadeGzip.Of(Bad)),
        Reject("gzip: a backing file in two members", "container", () => [.. MadeGzip.Of(Bad[..10]), .. MadeGzip.Of(Bad[10..])]),
        Reject("gzip: a second member that makes two formats", "container", () => [.. MadeGzip.Of(MadeDisks.Iso()[..Iso]), .. MadeGzip.Of([.. MadeDisks.Iso()[Iso..], .. MadeDisks.Dmg()[^512..].AsSpan(0, 0), .. MadeVhd.Dynamic()[^512..]])]),
        Reject("gzip: the second member is damaged", "container", () => [.. MadeGzip.Of(Sound[..70000]), .. MadeGzip.Of(Sound[70000..]) is var second ? second.Fill(second.Length - 8, 1, 0x55) : []]),
        Reject("gzip: the second member is cut", "container", () => [.. MadeGzip.Of(Sound[..70000]), .. MadeGzip.Of(Sound[70000..])[..^4]]),
        Reject("gzip: a text descriptor inside", "container", () => MadeGzip.Of(System.Text.Encoding.ASCII.GetBytes(MadeVmdk.Descriptor))),
        Reject("gzip: a differencing VHD inside", "container", () => MadeGzip.Of(MadeVhd.Dynamic(footer => footer.Be32(60, 4)))),
        Reject("gzip: gzip inside", "container", () => MadeGzip.Of(MadeGzip.Of(Sound))),
        Reject("gzip: nothing inside", "container", () => MadeGzip.Of([])),
        Reject("gzip: cut in the header", "container", () => MadeGzip.Of(Sound)[..5]),
        Reject("gzip: cut in the data", "container", () => MadeGzip.Of(Sound)[..100]),
        Reject("gzip: cut in the trailer", "container", () => MadeGzip.Of(Sound)[..^3]),
        Reject("gzip: a wrong checksum", "container", () => MadeGzip.Of(Sound) is var packed ? packed.Put(packed.Length - 8, [1, 2, 3, 4]) : []),
        Reject("gzip: a length that lies", "container", () => MadeGzip.Of(Sound) is var packed ? packed.Put(packed.Length - 4, [1, 2, 3, 4]) : []),
        Reject("gzip: garbage behind it", "container", () => [.. MadeGzip.Of(Sound), .. "garbage"u8]),
        Reject("gzip: reserved flags", "container", () => MadeGzip.Of(Sound).Put(3, [0xe0])),
        Reject("gzip: a name that leaves the folder", "container", () => Named("../../etc/cron.d/x")),
        Reject("gzip: an absolute name", "container", () => Named("/etc/cron.d/x")),
        Reject("gzip: a name without an end", "container", () => MadeGzip.Of(Sound).Put(3, [8]) is var packed ? [.. packed[..10], .. new byte[70000].Fill(0, 70000, (byte)'a')] : []),
        Reject("gzip: a bomb", "container", Bomb),

        Accept("zip: qcow2", () => MadeZip.Of(Sound)),
        Accept("zip: numbers of 64 bits", () => MadeZip.Of(Sound, zip => zip.Widen())),
        Reject("zip: a backing file inside", "container", () => MadeZip.Of(Bad)),
        Reject("zip: a name that leaves the folder", "container", () => new MadeZip(Sound, "../disk.img").Build()),
        Reject("zip: a drive's letter", "container", () => new MadeZip(Sound, "C:disk.img").Build()),
        Reject("zip: a backslash", "container", () => new MadeZip(Sound, @"..\disk.img").Build()),
        Reject("zip: a symbolic link", "container", () => MadeZip.Of(Sound, zip => zip.Central.Le32(38, 0xA1FF0000))),
        Reject("zip: encrypted", "container", () => MadeZip.Of(Sound, zip => zip.Central.Le16(8, 1))),
        Reject("zip: an unknown method", "container", () => MadeZip.Of(Sound, zip => zip.Central.Le16(10, 99))),
        Reject("zip: a wrong checksum", "container", () => MadeZip.Of(Sound, zip => { zip.Central.Le32(16, 7); zip.Local.Le32(14, 7); })),
        Reject("zip: header and directory differ", "container", () => MadeZip.Of(Sound, zip => zip.Local.Le16(8, 0))),
        Reject("zip: cut", "container", () => MadeZip.Of(Sound)[..^30]),
        Reject("zip: no member", "container", () => new byte[22].Put(0, "PK\u0005\u0006"u8)),
        Reject("zip: a directory that lies elsewhere", "container", () => MadeZip.Of(Sound, zip => zip.End.Le32(16, 1 << 30))),
        Reject("zip: 65535 members that are not there", "container", () => MadeZip.Of(Sound, zip => zip.End.Le16(8, 65534).Le16(10, 65534))),

        Reject("xz: cannot be opened", "container", () => [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, .. new byte[100]]),
        Reject("zstd: cannot be opened", "container", () => [0x28, 0xb5, 0x2f, 0xfd, .. new byte[100]]),
        Reject("zstd: begins with a frame to be skipped", "container", () => [0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4, 0x28, 0xb5, 0x2f, 0xfd, .. new byte[100]]),
        Reject("bzip2: cannot be opened", "container", () => [.. "BZh9"u8, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, .. new byte[100]]),
    ];

    private const int Iso = 32768;

    private static byte[] Named(string name)
    {
        byte[] packed = MadeGzip.Of(Sound).Put(3, [8]);
        return [.. packed[..10], .. System.Text.Encoding.Latin1.GetBytes(name), 0, .. packed[10..]];
    }

    private static byte[] Blocked()
    {
        List<byte> packed = [];
        for (int start = 0; start < Sound.Length; start += 65536)
        {
            packed.AddRange(MadeGzip.Of(Sound[start..Math.Min(start + 65536, Sound.Length)]));
        }

        packed.AddRange(MadeGzip.Of([]));
        return [.. packed];
    }

    // Blocks of deflate that say 258 zeros by few bits: 200 MiB in some 200 KiB.
    private static byte[] Bomb() => MadeGzip.Of(new byte[200 << 20]);
}
