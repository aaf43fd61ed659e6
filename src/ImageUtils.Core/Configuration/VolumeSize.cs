using System.Globalization;
using ImageUtils.Errors;

namespace ImageUtils.Configuration;

/// <summary>The sizes of volumes: whole GiB for users, bytes inside.</summary>
public static class VolumeSize
{
    /// <summary>The largest volume, in GiB (1 PiB).</summary>
    public const long LargestGiB = 1_048_576;

    private const long GiB = 1L << 30;

    /// <summary>Turns a number of GiB into bytes.</summary>
    /// <param name="gibibytes">The number of GiB, 1 to <see cref="LargestGiB"/>.</param>
    /// <returns>The size in bytes.</returns>
    /// <exception cref="InvalidSizeException">The number is out of range; the message says what was probably meant.</exception>
    public static long FromGiB(long gibibytes)
    {
        if (gibibytes is >= 1 and <= LargestGiB)
        {
            return gibibytes * GiB;
        }

        // In PowerShell 10GB is the number 10737418240, which the user meant as a size and not as a count of GiB.
        string hint = gibibytes >= GiB && gibibytes % GiB == 0
            ? string.Create(CultureInfo.InvariantCulture, $" It looks like bytes: give {gibibytes / GiB} for {gibibytes / GiB} GiB, or use the parameter that takes bytes.")
            : string.Empty;
        throw new InvalidSizeException(
            gibibytes.ToString(CultureInfo.InvariantCulture),
            string.Create(CultureInfo.InvariantCulture, $"give the number of GiB, from 1 to {LargestGiB}.{hint}"));
    }

    /// <summary>Rounds bytes up to whole GiB.</summary>
    /// <param name="bytes">The size in bytes, not negative.</param>
    /// <returns>The number of GiB.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    public static long ToGiB(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return (bytes / GiB) + (bytes % GiB == 0 ? 0 : 1);
    }

    /// <summary>
    /// Refuses an image whose disk is larger than the volume (cinder's check_virtual_size): exactly as large fits, one
    /// byte more does not.
    /// </summary>
    /// <param name="virtualSize">The size of the disk inside the image, in bytes.</param>
    /// <param name="volumeSizeBytes">The size of the volume in bytes; null: nothing is checked.</param>
    /// <param name="imageId">The image id or path that the refusal names.</param>
    /// <returns>The disk's size in GiB, rounded up.</returns>
    /// <exception cref="ImageUnacceptableException">It does not fit.</exception>
    public static long CheckVirtualSize(long virtualSize, long? volumeSizeBytes, string imageId)
    {
        if (virtualSize < 0)
        {
            throw new ImageUnacceptableException(imageId, "Its virtual size is negative.");
        }

        long needed = ToGiB(virtualSize);
        if (volumeSizeBytes is not long volume || virtualSize <= volume)
        {
            return needed;
        }

        string reason = volume % GiB == 0
            ? string.Create(CultureInfo.InvariantCulture, $"Image virtual size is {needed}GB and doesn't fit in a volume of size {volume / GiB}GB.")
            : string.Create(CultureInfo.InvariantCulture, $"Image virtual size is {virtualSize} bytes and doesn't fit in a volume of {volume} bytes.");
        throw new ImageUnacceptableException(imageId, reason);
    }

    /// <summary>Refuses an image that asks for a larger volume than there is (Glance's min_disk).</summary>
    /// <param name="minDisk">The smallest volume the image wants, in GiB.</param>
    /// <param name="volumeSizeBytes">The size of the volume in bytes; null: nothing is checked.</param>
    /// <param name="imageId">The image id that the refusal names.</param>
    /// <exception cref="ImageUnacceptableException">The volume is smaller.</exception>
    public static void CheckMinDisk(int minDisk, long? volumeSizeBytes, string imageId)
    {
        if (volumeSizeBytes is long volume && minDisk * GiB > volume)
        {
            throw new ImageUnacceptableException(
                imageId,
                string.Create(CultureInfo.InvariantCulture, $"It asks for a volume of at least {minDisk}GB (min_disk), and this one has {volume} bytes."));
        }
    }
}
