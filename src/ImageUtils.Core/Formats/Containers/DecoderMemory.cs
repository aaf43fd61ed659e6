using ImageUtils.Storage;

namespace ImageUtils.Formats.Containers;

/// <summary>
/// Counts the memory that decoders are made with, one after the other. A few bytes can name a part of a file that wants
/// 64 MiB and holds nothing, and a small file can hold thousands of them.
/// </summary>
internal sealed class DecoderMemory
{
    private const long Free = 2L << 30;
    private const long EachByte = 64;

    private long _taken;

    /// <summary>Takes the memory of one more decoder.</summary>
    /// <param name="bytes">What it wants.</param>
    /// <param name="unpacked">What came out of all before it, in bytes.</param>
    /// <exception cref="UnpackingException">It is too much for what came out.</exception>
    public void Take(long bytes, long unpacked)
    {
        _taken += bytes;
        if (_taken - Free > unpacked * EachByte)
        {
            throw new UnpackingException("it is made of more parts, for what is in them, than any program makes");
        }
    }
}
