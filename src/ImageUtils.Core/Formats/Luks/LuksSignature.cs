namespace ImageUtils.Formats.Luks;

/// <summary>Recognises LUKS, both versions and those to come.</summary>
internal static class LuksSignature
{
    public static bool IsMatch(ReadOnlySpan<byte> head) => head.HasAt(0, [0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe]);

    public static ushort Version(ReadOnlySpan<byte> head) => head.U16Be(6);
}
