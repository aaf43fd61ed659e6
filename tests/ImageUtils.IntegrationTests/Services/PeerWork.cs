namespace ImageUtils.IntegrationTests.Services;

/// <summary>One piece of work that both sides do.</summary>
/// <param name="Subject">The sample image or volume.</param>
/// <param name="Name">fetch, verify, raw, vhd, or "as" and a disk format.</param>
/// <param name="TheirImage">The image in Glance that cinder works on.</param>
/// <param name="OurImage">The image that we work on; the same where nothing is written to it.</param>
internal sealed record PeerWork(string Subject, string Name, string TheirImage, string OurImage)
{
    /// <summary>True: compressed containers are allowed.</summary>
    public bool AllowsCompression { get; init; }

    /// <summary>The volume that is published; null: an image is fetched.</summary>
    public string? Volume { get; init; }

    public string VolumeFormat { get; init; } = "raw";

    public string ImageFormat { get; init; } = "raw";
}
