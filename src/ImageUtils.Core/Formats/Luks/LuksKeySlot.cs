namespace ImageUtils.Formats.Luks;

/// <summary>A key slot of a LUKS1 header.</summary>
/// <param name="State">Active or not, a magic number.</param>
/// <param name="Iterations">The cost of the key derivation.</param>
/// <param name="KeyOffset">Where the key material lies, in bytes.</param>
/// <param name="Stripes">How many times the key is spread out.</param>
internal sealed record LuksKeySlot(uint State, uint Iterations, long KeyOffset, uint Stripes)
{
    public const uint Active = 0x00AC71F3;
    public const uint Inactive = 0x0000DEAD;

    public bool IsActive => State == Active;
}
