namespace ImageUtils.Services;

/// <summary>How an image gets its data by an import (Glance: interoperable image import).</summary>
public sealed record ImageImport
{
    /// <summary>The data were staged before.</summary>
    public const string GlanceDirect = "glance-direct";

    /// <summary>The service gets the data from an address.</summary>
    public const string WebDownload = "web-download";

    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>The address of a web-download.</summary>
    public Uri? Source { get; init; }

    /// <summary>The stores that get the data; empty: the default one.</summary>
    public IReadOnlyList<string> StoreIds { get; init; } = [];
}
