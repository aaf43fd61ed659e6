namespace ImageUtils.Storage;

/// <summary>A run of bytes of an image.</summary>
/// <param name="Offset">Where it begins, in bytes.</param>
/// <param name="Count">Its length in bytes.</param>
public readonly record struct ByteRange(long Offset, long Count)
{
    /// <summary>The first byte behind it.</summary>
    public long End => Offset + Count;
}
