namespace ImageUtils.Formats.Luks;

/// <summary>A LUKS1 header (LUKS On-Disk Format Specification 1.2.3, "PHDR"). Big-endian.</summary>
internal sealed record Luks1Header
{
    public const int Size = 592;

    private const int SlotOffset = 208;
    private const int SlotSize = 48;
    private const int SlotCount = 8;

    public required bool IsTruncated { get; init; }

    public required bool HasMagic { get; init; }

    public ushort Version { get; init; }

    public required byte[] CipherBytes { get; init; }

    public required byte[] ModeBytes { get; init; }

    public required byte[] HashBytes { get; init; }

    public required byte[] IdBytes { get; init; }

    /// <summary>Where the encrypted content begins, in bytes.</summary>
    public long PayloadOffset { get; init; }

    public uint KeyBytes { get; init; }

    public uint MasterKeyIterations { get; init; }

    public IReadOnlyList<LuksKeySlot> Slots { get; init; } = [];

    public static Luks1Header Read(ReadOnlySpan<byte> head)
    {
        LuksKeySlot[] slots = new LuksKeySlot[SlotCount];
        for (int index = 0; index < SlotCount; index++)
        {
            ReadOnlySpan<byte> slot = head.Part(SlotOffset + (index * SlotSize), SlotSize);
            slots[index] = new LuksKeySlot(slot.U32Be(0), slot.U32Be(4), slot.U32Be(40) * 512L, slot.U32Be(44));
        }

        return new Luks1Header
        {
            IsTruncated = head.Length < Size,
            HasMagic = LuksSignature.IsMatch(head),
            Version = LuksSignature.Version(head),
            CipherBytes = head.Part(8, 32).ToArray(),
            ModeBytes = head.Part(40, 32).ToArray(),
            HashBytes = head.Part(72, 32).ToArray(),
            PayloadOffset = head.U32Be(104) * 512L,
            KeyBytes = head.U32Be(108),
            MasterKeyIterations = head.U32Be(164),
            IdBytes = head.Part(168, 40).ToArray(),
            Slots = slots,
        };
    }

    /// <summary>The block that <c>qemu-img info</c> shows, with its names.</summary>
    /// <returns>A new dictionary.</returns>
    public Dictionary<string, object?> ToSpecific()
    {
        // "xts-plain64", "cbc-essiv:sha256": the mode, the generator of initial vectors, and its hash.
        string[] mode = ImageText.Decode(ModeBytes).Split('-', 2);
        string[] generator = (mode.Length > 1 ? mode[1] : string.Empty).Split(':', 2);
        long keyBits = KeyBytes * 8L / (string.Equals(mode[0], "xts", StringComparison.Ordinal) ? 2 : 1);
        Dictionary<string, object?> specific = new(StringComparer.Ordinal)
        {
            ["cipher-alg"] = FormattableString.Invariant($"{ImageText.Decode(CipherBytes)}-{keyBits}"),
            ["cipher-mode"] = mode[0],
            ["ivgen-alg"] = generator[0],
            ["hash-alg"] = ImageText.Decode(HashBytes),
            ["uuid"] = ImageText.Decode(IdBytes),
            ["payload-offset"] = PayloadOffset,
            ["master-key-iters"] = (long)MasterKeyIterations,
            ["slots"] = Slots.Select(Describe).ToList(),
        };
        if (generator.Length > 1)
        {
            specific["ivgen-hash-alg"] = generator[1];
        }

        return specific;
    }

    private static Dictionary<string, object?> Describe(LuksKeySlot slot)
    {
        Dictionary<string, object?> described = new(StringComparer.Ordinal) { ["active"] = slot.IsActive, ["key-offset"] = slot.KeyOffset };
        if (slot.IsActive)
        {
            described["iters"] = (long)slot.Iterations;
            described["stripes"] = (long)slot.Stripes;
        }

        return described;
    }
}
