using System.IO.Compression;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Support.Images;

/// <summary>A zip of one deflated file, whose places a test can bend: the header, the data, the directory, the end.</summary>
public sealed class MadeZip
{
    private readonly byte[] _packed;

    public MadeZip(byte[] content, string name = "disk.img")
    {
        using var packed = new MemoryStream();
        using (var stream = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            stream.Write(content);
        }

        _packed = packed.ToArray();
        byte[] text = System.Text.Encoding.ASCII.GetBytes(name);
        uint crc = Crc32.Append(0, content);
        Local = new byte[30 + text.Length];
        Local.Put(0, "PK\u0003\u0004"u8).Le16(4, 20).Le16(8, 8).Le32(14, crc).Le32(18, (uint)_packed.Length).Le32(22, (uint)content.Length).Le16(26, (ushort)text.Length).Put(30, text);
        Central = new byte[46 + text.Length];
        Central.Put(0, "PK\u0001\u0002"u8).Le16(4, 0x0314).Le16(6, 20).Le16(10, 8).Le32(16, crc).Le32(20, (uint)_packed.Length).Le32(24, (uint)content.Length).Le16(28, (ushort)text.Length);
        Central.Le32(38, 0x81A40000).Put(46, text);
        End = new byte[22];
        int directory = Local.Length + _packed.Length;
        End.Put(0, "PK\u0005\u0006"u8).Le16(8, 1).Le16(10, 1).Le32(12, (uint)Central.Length).Le32(16, (uint)directory);
    }

    public byte[] Local { get; }

    public byte[] Central { get; }

    public byte[] End { get; }

    /// <summary>What stands between directory and end, for zip64.</summary>
    public byte[] End64 { get; set; } = [];

    public byte[] Packed => _packed;

    public static byte[] Of(byte[] content, Action<MadeZip>? change = null)
    {
        var zip = new MadeZip(content);
        change?.Invoke(zip);
        return zip.Build();
    }

    /// <summary>The numbers of the end, in records of zip64.</summary>
    public void Widen()
    {
        byte[] wide = new byte[76];
        long directory = Local.Length + _packed.Length;
        wide.Put(0, "PK\u0006\u0006"u8).Le64(4, 44).Le16(12, 45).Le16(14, 45).Le64(24, 1).Le64(32, 1).Le64(40, (ulong)Central.Length).Le64(48, (ulong)directory);
        wide.Put(56, "PK\u0006\u0007"u8).Le64(64, (ulong)(directory + Central.Length)).Le32(72, 1);
        End64 = wide;
        End.Le16(8, ushort.MaxValue).Le16(10, ushort.MaxValue).Le32(12, uint.MaxValue).Le32(16, uint.MaxValue);
    }

    public byte[] Build() => [.. Local, .. _packed, .. Central, .. End64, .. End];
}
