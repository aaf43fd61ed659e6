namespace ImageUtils.Chains;

/// <summary>How far an archive is followed. A few bytes can be packed data of any size (a decompression bomb).</summary>
internal sealed record ArchiveLimits
{
    /// <summary>What holds where nobody says otherwise.</summary>
    public static ArchiveLimits Default { get; } = new();

    /// <summary>The most bytes that may come out: 8 TiB.</summary>
    public long MostBytes { get; init; } = 8L << 40;

    /// <summary>The most bytes that may come out of one, once <see cref="FreeBytes"/> are out. Disks of real systems stay below 100, deflate reaches 1032.</summary>
    public int MostRatio { get; init; } = 250;

    /// <summary>The bytes for which the ratio does not count: a small disk may be empty.</summary>
    public long FreeBytes { get; init; } = 1L << 30;

    /// <summary>The most headers of a tar archive, long names included.</summary>
    public int MostHeaders { get; init; } = 4 * VhdChain.MostLinks;

    /// <summary>The most memory for the notes of what was written, in bytes; an archive that needs more is unpacked first.</summary>
    public long MostNotes { get; init; } = 64L << 20;
}
