using ImageUtils.Conversion;

namespace ImageUtils.Transfer;

/// <summary>A download of one image that becomes a volume (cinder's fetch_to_volume_format).</summary>
public sealed record VolumeFetchRequest : VolumeRequest
{
    /// <summary>The image.</summary>
    public required string ImageId { get; init; }

    /// <summary>What the hash of the data must be.</summary>
    public HashDemand Hash { get; init; } = HashDemand.None;

    /// <summary>How many connections may be used at once, 1 to 16.</summary>
    public int Connections { get; init; } = 1;

    /// <summary>Refuse an image without a signature, and verify it whatever the option VerifySignatures says.</summary>
    public bool RequireSignature { get; init; }
}
