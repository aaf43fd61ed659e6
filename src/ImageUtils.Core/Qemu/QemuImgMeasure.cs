namespace ImageUtils.Qemu;

/// <summary>What <c>qemu-img measure --output=json</c> answered.</summary>
/// <param name="Required">The bytes of a new image with the data there are.</param>
/// <param name="FullyAllocated">The bytes of a new image once everything in it was written.</param>
public sealed record QemuImgMeasure(long Required, long FullyAllocated);
