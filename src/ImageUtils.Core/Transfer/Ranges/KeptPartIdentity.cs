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

    /// <summary>The server that said so, where several may give the data (mirrors); null: there is only one.</summary>
    public string? Host { get; init; }

    /// <summary>True where two parts with this identity belong together for certain.</summary>
    public bool IsCertain => Size is not null && (Hash is not null || Version is not null);

    /// <summary>True where a part with the other identity is a part of these data for certain.</summary>
    /// <param name="other">The other identity.</param>
    public bool IsSame(KeptPartIdentity other)
    {
        if (this with { Version = null, Host = null } != other with { Version = null, Host = null } || Size is null)
        {
            return false;
        }

        if (Version is not null && string.Equals(Version, other.Version, StringComparison.Ordinal))
        {
            return true;
        }

        // A promised hash is held against the whole in the end; without one the server's word has to be there twice. Another
        // mirror has other words for the same data.
        bool isMirror = Host is not null && other.Host is not null && !string.Equals(Host, other.Host, StringComparison.OrdinalIgnoreCase);
        return Hash is not null && (isMirror || Version is null || other.Version is null);
    }
}
