using ImageUtils.Storage;

namespace ImageUtils.Formats.Vmdk;

/// <summary>
/// The end of a streamOptimized extent whose header was written before its tables were known: a marker, a second header
/// that counts, and an end-of-stream marker, 512 bytes each.
/// </summary>
internal sealed record VmdkFooter
{
    /// <summary>The size of both markers and the header between them.</summary>
    public const int Size = 3 * MarkerSize;

    private const int MarkerSize = 512;
    private const uint FooterMarkerType = 3;

    /// <summary>Where the second header stands.</summary>
    public required long Offset { get; init; }

    public required VmdkSparseHeader Header { get; init; }

    /// <summary>True where the marker in front of it is right.</summary>
    public required bool HasMarker { get; init; }

    /// <summary>True where the marker behind it is right.</summary>
    public required bool HasEndOfStream { get; init; }

    public static VmdkFooter? Read(IImageReader reader)
    {
        long start = reader.Length - Size;
        if (start < VmdkSparseHeader.Size)
        {
            return null;
        }

        ReadOnlySpan<byte> bytes = reader.ReadArray(start, Size);
        ReadOnlySpan<byte> marker = bytes.Part(0, MarkerSize);
        return new VmdkFooter
        {
            Offset = start + MarkerSize,
            Header = VmdkSparseHeader.Read(bytes.Part(MarkerSize, MarkerSize)),
            HasMarker = marker.U32Le(8) == 0 && marker.U32Le(12) == FooterMarkerType && marker.Part(16, MarkerSize).IsZero(),
            HasEndOfStream = bytes.Part(2 * MarkerSize, MarkerSize) is { Length: MarkerSize } end && end.IsZero(),
        };
    }
}
