using ImageUtils.Storage;

namespace ImageUtils.Safety;

/// <summary>
/// Judges an image while its bytes stream by. As soon as the first mebibyte is there its head is judged, and once more at four
/// where the first one did not say everything; a check that fails then fails for the whole image. The last bytes are kept too,
/// so that formats that are known by the end of a file (fixed VHD, the footer of a VMDK, Apple's images) can be judged
/// where nobody can read the stream again. Memory is bounded by about 4 MiB.
/// </summary>
public sealed class StreamInspection
{
    private const int FirstHead = 1 << 20;
    private const int LastHead = 4 << 20;
    private const int TailSize = 128 * 1024;

    private readonly IImageInspector _inspector;
    private readonly InspectionRequest _request;
    private readonly long? _length;
    private readonly string _name;
    private readonly byte[] _tail = new byte[TailSize];
    private byte[] _head = new byte[FirstHead];
    private int _headCount;
    private int _nextJudged = FirstHead;

    /// <summary>Makes the inspection of one stream.</summary>
    /// <param name="inspector">Who judges.</param>
    /// <param name="request">The claim and what is allowed.</param>
    /// <param name="name">What errors call the image.</param>
    /// <param name="length">The number of bytes that will come, where it was promised; null: not known.</param>
    public StreamInspection(IImageInspector inspector, InspectionRequest request, string name, long? length = null)
    {
        _inspector = inspector;
        _request = request;
        _name = name;
        _length = length;
    }

    /// <summary>The bytes that went by.</summary>
    public long Position { get; private set; }

    /// <summary>The last verdict on what went by; null: not enough is there.</summary>
    public ImageInspection? Head { get; private set; }

    /// <summary>Takes the next bytes.</summary>
    /// <param name="bytes">The bytes, in the order of the image; copied where they are needed.</param>
    /// <param name="cancellationToken">Ends a judgement.</param>
    /// <returns>The verdict, where these bytes led to a new one; null: they did not.</returns>
    public ImageInspection? Append(ReadOnlySpan<byte> bytes, CancellationToken cancellationToken)
    {
        ImageInspection? verdict = null;
        while (_headCount < LastHead && !bytes.IsEmpty && _nextJudged > 0)
        {
            int count = Math.Min(bytes.Length, _nextJudged - _headCount);
            bytes[..count].CopyTo(_head.AsSpan(_headCount));
            _headCount += count;
            KeepTail(bytes[..count]);
            bytes = bytes[count..];
            verdict = _headCount == _nextJudged ? JudgeHead(cancellationToken) : verdict;
        }

        KeepTail(bytes);
        return verdict;
    }

    /// <summary>The verdict at the end of the stream, on its beginning and its end.</summary>
    /// <param name="cancellationToken">Ends the judgement.</param>
    /// <returns>The verdict; <see cref="ImageInspection.IsComplete"/> says whether more than the two ends was wanted.</returns>
    public ImageInspection Complete(CancellationToken cancellationToken)
    {
        var reader = new PartialImageReader(Position, _name);
        reader.Add(0, _head.AsMemory(0, _headCount));
        int count = (int)Math.Min(Position, TailSize);
        byte[] tail = new byte[count];
        int start = (int)((Position - count) % TailSize);
        int first = Math.Min(count, TailSize - start);
        _tail.AsSpan(start, first).CopyTo(tail);
        _tail.AsSpan(0, count - first).CopyTo(tail.AsSpan(first));
        reader.Add(Position - count, tail);
        return Head = _inspector.Inspect(reader, _request, cancellationToken);
    }

    private ImageInspection JudgeHead(CancellationToken cancellationToken)
    {
        var reader = new PartialImageReader(_length is long length && length >= _headCount ? length : null, _name);
        reader.Add(0, _head.AsMemory(0, _headCount));
        Head = _inspector.Inspect(reader, _request, cancellationToken);
        bool isMoreWanted = _headCount < LastHead && Head is { IsComplete: false, IsAcceptable: true };
        _nextJudged = isMoreWanted ? LastHead : 0;
        if (isMoreWanted)
        {
            Array.Resize(ref _head, LastHead);
        }

        return Head;
    }

    private void KeepTail(ReadOnlySpan<byte> bytes)
    {
        Position += bytes.Length;
        long at = Position - Math.Min(bytes.Length, TailSize);
        bytes = bytes[Math.Max(0, bytes.Length - TailSize)..];
        int start = (int)(at % TailSize);
        int first = Math.Min(bytes.Length, TailSize - start);
        bytes[..first].CopyTo(_tail.AsSpan(start));
        bytes[first..].CopyTo(_tail);
    }
}
