namespace ImageUtils.Formats.Luks;

/// <summary>The binary part of a LUKS2 header (LUKS2 On-Disk Format Specification 1.1.1, section 2). Big-endian.</summary>
internal sealed record Luks2Header
{
    public const int Size = 4096;

    private const int ChecksumOffset = 448;
    private const int ChecksumSize = 64;

    public required bool IsTruncated { get; init; }

    /// <summary>The size of this part and the JSON area behind it, in bytes.</summary>
    public ulong HeaderSize { get; init; }

    public ulong HeaderOffset { get; init; }

    public required string Algorithm { get; init; }

    public required string Id { get; init; }

    public required byte[] Checksum { get; init; }

    /// <summary>True where the size is one of those that the specification allows (16 KiB doubled up to 4 MiB).</summary>
    public bool HasValidSize => HeaderSize is >= 0x4000 and <= 0x400000 && ulong.IsPow2(HeaderSize);

    public static Luks2Header Read(ReadOnlySpan<byte> head) => new()
    {
        IsTruncated = head.Length < Size,
        HeaderSize = head.U64Be(8),
        Algorithm = ImageText.Decode(head.Part(72, 32)),
        Id = ImageText.Decode(head.Part(168, 40)),
        HeaderOffset = head.U64Be(256),
        Checksum = head.Part(ChecksumOffset, ChecksumSize).ToArray(),
    };

    /// <summary>True where the checksum over both parts is right; null where its algorithm is none that is known.</summary>
    /// <param name="area">Binary part and JSON area.</param>
    /// <returns>The answer.</returns>
    public bool? HasRightChecksum(byte[] area)
    {
        byte[] zeroed = [.. area];
        zeroed.AsSpan(ChecksumOffset, ChecksumSize).Clear();
        byte[]? computed = Algorithm switch
        {
            "sha256" => System.Security.Cryptography.SHA256.HashData(zeroed),
            "sha512" => System.Security.Cryptography.SHA512.HashData(zeroed),
            _ => null,
        };
        return computed is null ? null : Checksum.AsSpan(0, computed.Length).SequenceEqual(computed);
    }
}
