namespace ImageUtils.Safety.Rules;

/// <summary>Sizes that hold for every format.</summary>
internal static class SizeRules
{
    /// <summary>Above it, sums of sizes and offsets could overflow; no disk comes near it.</summary>
    public const ulong Largest = long.MaxValue / 2;

    /// <summary>Judges a size that an image names.</summary>
    /// <param name="checks">Where the finding goes.</param>
    /// <param name="size">The size in bytes; null: the image gives a number that no disk can have.</param>
    /// <param name="offset">Where it stands.</param>
    public static void Judge(CheckList checks, ulong? size, long? offset = null)
    {
        if (size is not ulong bytes || bytes > Largest)
        {
            checks.Fail(CheckNames.VirtualSize, "The virtual size is larger than any disk can be.", offset);
        }
        else
        {
            checks.Pass(CheckNames.VirtualSize, FormattableString.Invariant($"The virtual size is {bytes} bytes."));
        }
    }
}
