namespace ImageUtils.Formats.Vhdx;

/// <summary>One of the two headers (MS-VHDX 2.2.2); the one with the higher sequence number counts.</summary>
internal sealed record VhdxHeader(long Offset, bool IsValid, ulong Sequence, Guid LogId, ushort Version, ushort LogVersion, uint LogLength, ulong LogOffset, uint Checksum)
{
    public static VhdxHeader Read(ReadOnlySpan<byte> bytes, long offset) => new(
        offset,
        bytes.Length == VhdxLayout.HeaderSize && bytes.HasAt(0, "head"u8) && bytes.U32Le(4) == VhdxLayout.Checksum(bytes),
        bytes.U64Le(8),
        VhdxLayout.ReadGuid(bytes, 48),
        bytes.U16Le(66),
        bytes.U16Le(64),
        bytes.U32Le(68),
        bytes.U64Le(72),
        bytes.U32Le(4));
}
