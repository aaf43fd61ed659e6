using ImageUtils.Storage;

namespace ImageUtils.Formats.Iso;

/// <summary>Finds ISO 9660 and UDF by their volume descriptors, which begin behind the system area of 32 KiB.</summary>
internal static class IsoSignature
{
    /// <summary>Where the first volume descriptor stands.</summary>
    public const int DescriptorOffset = 32768;

    /// <summary>The size of a volume descriptor and of a sector.</summary>
    public const int DescriptorSize = 2048;

    private const int MostDescriptors = 16;

    /// <summary>Finds the signature.</summary>
    /// <param name="window">The ends of the file.</param>
    /// <returns>Where it stands, or null.</returns>
    public static long? Find(DetectionWindow window)
    {
        ReadOnlySpan<byte> first = window.Head.Part(DescriptorOffset, DescriptorSize);
        if (first.HasAt(1, "CD001"u8) || IsVolumeRecognition(first))
        {
            return DescriptorOffset + 1;
        }

        // ECMA-167: the sequence begins with BEA01, and NSR02 or NSR03 stands in one of the next descriptors.
        if (!first.HasAt(1, "BEA01"u8))
        {
            return null;
        }

        ReadOnlySpan<byte> sequence = window.Reader.ReadArray(DescriptorOffset, MostDescriptors * DescriptorSize);
        for (int offset = DescriptorSize; offset < sequence.Length; offset += DescriptorSize)
        {
            ReadOnlySpan<byte> descriptor = sequence.Part(offset, DescriptorSize);
            if (IsVolumeRecognition(descriptor) || descriptor.HasAt(1, "CD001"u8))
            {
                return DescriptorOffset + offset + 1;
            }

            if (descriptor.HasAt(1, "TEA01"u8))
            {
                break;
            }
        }

        return null;
    }

    private static bool IsVolumeRecognition(ReadOnlySpan<byte> descriptor) => descriptor.HasAt(1, "NSR02"u8) || descriptor.HasAt(1, "NSR03"u8);
}
