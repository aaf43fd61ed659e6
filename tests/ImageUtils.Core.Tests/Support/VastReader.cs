using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Support;

/// <summary>A file of 8 EiB less one byte, all zeros.</summary>
public sealed class VastReader : IImageReader
{
    public string Name => "vast";

    public long Length => long.MaxValue;

    public long BytesRead { get; private set; }

    public int Read(long offset, Span<byte> buffer)
    {
        buffer.Clear();
        BytesRead += buffer.Length;
        return buffer.Length;
    }

    public void Dispose()
    {
    }
}
