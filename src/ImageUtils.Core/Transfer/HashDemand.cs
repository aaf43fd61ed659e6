namespace ImageUtils.Transfer;

/// <summary>What a caller wants of the hash of some data, besides what the image service promises.</summary>
public sealed record HashDemand
{
    /// <summary>Nothing.</summary>
    public static HashDemand None { get; } = new();

    /// <summary>The hash the data must have, in hex; null: only the service's own.</summary>
    public string? ExpectedHash { get; init; }

    /// <summary>Its algorithm (md5, sha1, sha256, sha384, sha512); null: by its length.</summary>
    public string? HashAlgorithm { get; init; }

    /// <summary>
    /// A list of hashes as publishers put beside images (SHA256SUMS), a path or an address; the image's line in it is the hash
    /// the data must have. Null: none. It goes before <see cref="ExpectedHash"/>.
    /// </summary>
    public string? HashFile { get; init; }

    /// <summary>Refuse an image for which no hash is promised.</summary>
    public bool RequireHash { get; init; }
}
