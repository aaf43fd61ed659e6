namespace ImageUtils.Storage;

/// <summary>How <see cref="SparseCopy"/> copies.</summary>
public sealed record SparseCopyOptions
{
    /// <summary>True: zeros are written too, so that the target takes all its space (qemu-img's <c>-S 0</c>).</summary>
    public bool WriteZeros { get; init; }

    /// <summary>
    /// True: the target is a block device, which holds something already. Its length is not set, and zeros are cleared on it
    /// by the cheapest command that makes it read as zeros, not left out.
    /// </summary>
    public bool IsDevice { get; init; }

    /// <summary>The bytes of one piece; taken as whole units of 4 KiB, from 4 KiB to 64 MiB.</summary>
    public long BlockSize { get; init; } = 1L << 20;

    /// <summary>A limit on the speed in bytes of content a second; null: none.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>Called with the bytes of content that are done, holes included; null: nobody listens.</summary>
    public Action<long>? OnProgress { get; init; }
}
