namespace ImageUtils.Formats.Cloop;

/// <summary>The header of a compressed loop image, version 2: a shell script of 128 bytes, then two numbers. Big-endian.</summary>
internal sealed record CloopHeader
{
    public const int Size = 136;

    public required bool IsTruncated { get; init; }

    public uint BlockSize { get; init; }

    public uint Blocks { get; init; }

    public static bool IsMatch(ReadOnlySpan<byte> head) => head.HasAt(0, "#!/bin/sh\n#V2.0 Format\nmodprobe cloop"u8);

    public static CloopHeader Read(ReadOnlySpan<byte> head) => new()
    {
        IsTruncated = head.Length < Size,
        BlockSize = head.U32Be(128),
        Blocks = head.U32Be(132),
    };
}
