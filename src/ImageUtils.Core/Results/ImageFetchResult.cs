namespace ImageUtils;

/// <summary>What <c>Invoke-ImageFetch</c> and <c>imageutils fetch</c> did.</summary>
public sealed record ImageFetchResult
{
    /// <summary>The full path of the file that was written.</summary>
    public required string Path { get; init; }

    /// <summary>The id of the image it came from; null where it came from a URI.</summary>
    public string? SourceImageId { get; init; }

    /// <summary>The URI it came from; null where it came from an image service.</summary>
    public string? SourceUri { get; init; }

    /// <summary>The number of bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The format of the content; null where it was not looked at (-SkipFormatCheck).</summary>
    public string? Format { get; init; }

    /// <summary>The algorithm of <see cref="Hash"/>, for example <c>sha512</c>.</summary>
    public required string HashAlgorithm { get; init; }

    /// <summary>The hash of the data, in lower-case hex.</summary>
    public required string Hash { get; init; }

    /// <summary>True where the hash was held against one that was promised.</summary>
    public bool IsHashVerified { get; init; }

    /// <summary>True where a signature was verified.</summary>
    public bool IsSignatureVerified { get; init; }

    /// <summary>True where an earlier, interrupted download was continued.</summary>
    public bool IsResumed { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Bytes a second over the whole time.</summary>
    public required long AverageBytesPerSecond { get; init; }
}
