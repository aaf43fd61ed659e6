namespace ImageUtils.Transfer.Ranges;

/// <summary>What a part of some data is a part of.</summary>
/// <param name="Service">The service's address.</param>
/// <param name="ImageId">The image id or address.</param>
/// <param name="Size">The number of bytes of the whole; null: not known.</param>
/// <param name="Hash">The hash that was promised, with its algorithm; null: none.</param>
internal sealed record KeptPartIdentity(string Service, string ImageId, long? Size, string? Hash)
{
    /// <summary>What the server said that tells these data from others (an ETag); null: nothing.</summary>
    public string? Version { get; init; }

    /// <summary>True where two parts with this identity belong together for certain.</summary>
    public bool IsCertain => Size is not null && (Hash is not null || Version is not null);

    /// <summary>True where a part with the other identity is a part of these data for certain.</summary>
    /// <param name="other">The other identity.</param>
    public bool IsSame(KeptPartIdentity other)
    {
        if (this with { Version = null } != other with { Version = null } || Size is null)
        {
            return false;
        }

        // A promised hash is held against the whole in the end; without one the server's word has to be there twice.
        return Version is null || other.Version is null ? Hash is not null : string.Equals(Version, other.Version, StringComparison.Ordinal);
    }
}
