namespace ImageUtils.Transfer;

/// <summary>A download of one image into one file.</summary>
public sealed record FetchRequest
{
    /// <summary>The image.</summary>
    public required string ImageId { get; init; }

    /// <summary>What the service said of it just now, so that it is not asked again; null: it is asked.</summary>
    public ServiceImage? Image { get; init; }

    /// <summary>The full path of the file to be written; its folder must exist.</summary>
    public required string DestinationPath { get; init; }

    /// <summary>Do not look at the format (cinder's fetch; without it: fetch_verify_image).</summary>
    public bool SkipFormatCheck { get; init; }

    /// <summary>What the hash of the data must be.</summary>
    public HashDemand Hash { get; init; } = HashDemand.None;

    /// <summary>How many connections may be used at once, 1 to 16; more than one helps where the way is long.</summary>
    public int Connections { get; init; } = 1;

    /// <summary>Refuse an image without a signature, and verify it whatever the option VerifySignatures says.</summary>
    public bool RequireSignature { get; init; }

    /// <summary>The size in bytes of the volume it must fit in; null: no volume.</summary>
    public long? VolumeSizeBytes { get; init; }

    /// <summary>Overwrite an existing destination.</summary>
    public bool Force { get; init; }
}
