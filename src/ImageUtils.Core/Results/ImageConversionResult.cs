namespace ImageUtils;

/// <summary>What <c>Convert-VolumeImage</c> and <c>imageutils convert</c> did.</summary>
public sealed record ImageConversionResult
{
    /// <summary>The full path of the file that was written.</summary>
    public required string Path { get; init; }

    /// <summary>The file it was made from; null where it came from an image service or a URI.</summary>
    public string? SourcePath { get; init; }

    /// <summary>The image it was made from; null where it was made from a file.</summary>
    public string? SourceImageId { get; init; }

    /// <summary>The URI it was made from; null where it came from elsewhere.</summary>
    public string? SourceUri { get; init; }

    /// <summary>The format of the source.</summary>
    public required string SourceFormat { get; init; }

    /// <summary>The format of the result.</summary>
    public required string Format { get; init; }

    /// <summary>The size of the disk inside, in bytes.</summary>
    public required long VirtualSize { get; init; }

    /// <summary>Bytes of the source file.</summary>
    public required long BytesRead { get; init; }

    /// <summary>Bytes that the result takes on its file system.</summary>
    public required long BytesWritten { get; init; }

    /// <summary>Bytes of temporary files that were needed on the way.</summary>
    public long TemporaryBytes { get; init; }

    /// <summary>Who did it: <c>managed</c> or <c>qemu-img</c>.</summary>
    public required string Engine { get; init; }

    /// <summary>True where a signature of the image that it was made of was verified.</summary>
    public bool IsSignatureVerified { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Virtual bytes a second over the whole time.</summary>
    public required long AverageBytesPerSecond { get; init; }
}
