using System.Buffers.Binary;

namespace ImageUtils.Formats;

/// <summary>
/// Fields of a header by their offset. A field that lies beyond the end of what was read is 0: the parsers say
/// separately that a header was cut off, and no truncation can throw.
/// </summary>
internal static class SpanFields
{
    /// <summary>One byte.</summary>
    public static byte U8(this ReadOnlySpan<byte> span, int offset) => offset < span.Length ? span[offset] : (byte)0;

    /// <summary>Two bytes, big end first.</summary>
    public static ushort U16Be(this ReadOnlySpan<byte> span, int offset) => Has(span, offset, 2) ? BinaryPrimitives.ReadUInt16BigEndian(span[offset..]) : (ushort)0;

    /// <summary>Four bytes, big end first.</summary>
    public static uint U32Be(this ReadOnlySpan<byte> span, int offset) => Has(span, offset, 4) ? BinaryPrimitives.ReadUInt32BigEndian(span[offset..]) : 0;

    /// <summary>Eight bytes, big end first.</summary>
    public static ulong U64Be(this ReadOnlySpan<byte> span, int offset) => Has(span, offset, 8) ? BinaryPrimitives.ReadUInt64BigEndian(span[offset..]) : 0;

    /// <summary>Two bytes, little end first.</summary>
    public static ushort U16Le(this ReadOnlySpan<byte> span, int offset) => Has(span, offset, 2) ? BinaryPrimitives.ReadUInt16LittleEndian(span[offset..]) : (ushort)0;

    /// <summary>Four bytes, little end first.</summary>
    public static uint U32Le(this ReadOnlySpan<byte> span, int offset) => Has(span, offset, 4) ? BinaryPrimitives.ReadUInt32LittleEndian(span[offset..]) : 0;

    /// <summary>Eight bytes, little end first.</summary>
    public static ulong U64Le(this ReadOnlySpan<byte> span, int offset) => Has(span, offset, 8) ? BinaryPrimitives.ReadUInt64LittleEndian(span[offset..]) : 0;

    /// <summary>A part of the span, cut where the span ends.</summary>
    public static ReadOnlySpan<byte> Part(this ReadOnlySpan<byte> span, int offset, int count) =>
        offset >= span.Length ? [] : span.Slice(offset, Math.Min(count, span.Length - offset));

    /// <summary>True where the bytes stand at the offset.</summary>
    public static bool HasAt(this ReadOnlySpan<byte> span, int offset, ReadOnlySpan<byte> expected) =>
        Has(span, offset, expected.Length) && span.Slice(offset, expected.Length).SequenceEqual(expected);

    /// <summary>True where no byte of the part is set.</summary>
    public static bool IsZero(this ReadOnlySpan<byte> span) => !span.ContainsAnyExcept((byte)0);

    private static bool Has(ReadOnlySpan<byte> span, int offset, int count) => offset >= 0 && offset <= span.Length - count;
}
