using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;
using SharpCompress.Compressors.ZStandard;
using SharpCompress.Compressors.ZStandard.Unsafe;

namespace ImageUtils.Core.Tests.Support;

/// <summary>Content in the containers that a library packs.</summary>
public static class MadeCompressed
{
    /// <summary>Packs the content, and the same again as often as asked.</summary>
    public static byte[] Of(string format, byte[] content, int times = 1)
    {
        using MemoryStream packed = new();
        using (Stream packing = format switch
        {
            "bzip2" => BZip2Stream.Create(packed, CompressionMode.Compress, decompressConcatenated: false, leaveOpen: true),
            "zstd" => Checked(new CompressionStream(packed, level: 3, bufferSize: 0, leaveOpen: true)),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        })
        {
            for (int turn = 0; turn < times; turn++)
            {
                packing.Write(content);
            }
        }

        return packed.ToArray();
    }

    /// <summary>With a checksum behind the content, as the program zstd writes one.</summary>
    private static CompressionStream Checked(CompressionStream stream)
    {
        stream.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        return stream;
    }
}
