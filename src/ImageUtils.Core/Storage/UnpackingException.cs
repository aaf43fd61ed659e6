namespace ImageUtils.Storage;

/// <summary>Packed data that are damaged, or that are not followed any further. The message ends a sentence that names them.</summary>
internal sealed class UnpackingException : Exception
{
    public UnpackingException(string reason)
        : base(reason)
    {
    }
}
