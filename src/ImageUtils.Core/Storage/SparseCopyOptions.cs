namespace ImageUtils.Storage;

/// <summary>How <see cref="SparseCopy"/> copies.</summary>
public sealed record SparseCopyOptions
{
    /// <summary>True: zeros are written too, so that the target takes all its space (qemu-img's <c>-S 0</c>).</summary>
    public bool WriteZeros { get; init; }

    /// <summary>A limit on the speed in bytes of content a second; null: none.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>Called with the bytes of content that are done, holes included; null: nobody listens.</summary>
    public Action<long>? OnProgress { get; init; }
}
