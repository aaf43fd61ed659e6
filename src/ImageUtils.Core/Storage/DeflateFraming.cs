namespace ImageUtils.Storage;

/// <summary>What stands around deflate data (RFC 1951).</summary>
internal enum DeflateFraming
{
    /// <summary>A header, a checksum and a length (RFC 1952).</summary>
    Gzip,

    /// <summary>Nothing, as in a zip.</summary>
    None,
}
