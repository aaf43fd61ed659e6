namespace ImageUtils.Storage;

/// <summary>
/// Bytes of an image were asked for that its reader does not have: it has only a part. An inspection takes it for "not
/// seen", so it never leaves one; only who reads such a reader directly meets it.
/// </summary>
public sealed class ContentNotHereException : Exception
{
    /// <summary>The length of the image is not known.</summary>
    public ContentNotHereException()
        : base("The length of the image is not known yet.")
    {
    }

    /// <summary>A range is not there.</summary>
    /// <param name="range">The range that was asked for.</param>
    public ContentNotHereException(ByteRange range)
        : base(FormattableString.Invariant($"The {range.Count} bytes at 0x{range.Offset:x} are not here.")) => Range = range;

    /// <summary>What was asked for; null: the length of the image.</summary>
    public ByteRange? Range { get; }
}
