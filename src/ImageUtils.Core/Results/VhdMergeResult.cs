namespace ImageUtils;

/// <summary>What <c>Merge-VhdChain</c> and <c>imageutils merge-vhd</c> did.</summary>
public sealed record VhdMergeResult
{
    /// <summary>The full path of the merged disk.</summary>
    public required string Path { get; init; }

    /// <summary>The archive it was made from; null where it was made from files.</summary>
    public string? SourcePath { get; init; }

    /// <summary>The format of the result: <c>vhd</c> or <c>raw</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The number of files of the chain.</summary>
    public required int ChainLength { get; init; }

    /// <summary>The size of the merged disk in bytes.</summary>
    public required long VirtualSize { get; init; }

    /// <summary>Blocks of the result that hold data; of a merge in place, those that were changed or added.</summary>
    public required long BlocksMerged { get; init; }

    /// <summary>Bytes read from the files of the chain, or from the archive.</summary>
    public required long BytesRead { get; init; }

    /// <summary>Bytes written to the result; of a merge in place, the journal's too.</summary>
    public required long BytesWritten { get; init; }

    /// <summary>Bytes of temporary files that were needed on the way.</summary>
    public long TemporaryBytes { get; init; }

    /// <summary>Who did it: <c>managed</c> or <c>vhd-util</c>.</summary>
    public required string Engine { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Bytes of the disk a second over the whole time.</summary>
    public required long AverageBytesPerSecond { get; init; }
}
