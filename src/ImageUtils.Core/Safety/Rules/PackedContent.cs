using ImageUtils.Formats;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>
/// Judges the image in deflate data, of any size. Small ones are unpacked whole at every depth. Of larger ones the beginning is
/// judged at metadata depth, and the whole at full depth, without holding it.
/// </summary>
internal sealed class PackedContent
{
    private readonly InspectionContext _context;
    private readonly IImageReader _packed;
    private readonly DeflateFraming _framing;
    private readonly string _container;
    private readonly UnpackingLimits _limits = UnpackingLimits.Default;

    /// <summary>Makes the judge.</summary>
    /// <param name="context">The inspection of the container.</param>
    /// <param name="packed">The packed bytes.</param>
    /// <param name="framing">What stands around them.</param>
    /// <param name="container">What a sentence calls the container.</param>
    public PackedContent(InspectionContext context, IImageReader packed, DeflateFraming framing, string container)
    {
        _context = context;
        _packed = packed;
        _framing = framing;
        _container = container;
    }

    /// <summary>The document behind the rules.</summary>
    public required string Reference { get; init; }

    /// <summary>True where an archive may be inside, which is opened too.</summary>
    public bool MayHoldArchive { get; init; }

    /// <summary>The length of the content where the container names it for certain; null: it does not.</summary>
    public long? PromisedLength { get; init; }

    /// <summary>Judges what is known once the whole was unpacked, of it and of the packed bytes: its end. False: it was refused.</summary>
    public required Func<UnpackedImageReader, IImageReader, bool> JudgeEnd { get; init; }

    /// <summary>Judges.</summary>
    /// <returns>The image inside; null where there is none that could be judged.</returns>
    public InnerImage? Judge()
    {
        try
        {
            long? size = _packed.IsLengthKnown ? _packed.Length : null;
            return size is long packed && (packed <= UnpackingLimits.HeadPacked || (_context.IsFull && _packed.Has(packed - 1, 1))) ? JudgeWhole(packed) : JudgeBeginning(size);
        }
        catch (UnpackingException exception)
        {
            _context.Checks.Fail(CheckNames.Container, $"The {_container} is refused: {exception.Message}.", 0, reference: Reference);
            return null;
        }
    }

    private InnerImage? JudgeWhole(long size)
    {
        // Held, so that beginning anew reads nothing again and stays below the bound of this depth.
        IImageReader packed = size <= UnpackingLimits.HeadPacked ? new MemoryImageReader(_packed.ReadArray(0, (int)size), _packed.Name) : _packed;
        using UnpackedImageReader reader = UnpackedImageReader.Open(() => new InflatingSequence(packed, _framing), size, _packed.Name, _limits, _context.CancellationToken);
        if (!JudgeEnd(reader, packed))
        {
            return null;
        }

        InnerImage inner = InnerImage.Judge(reader, "The content", null, _context, MayHoldArchive);
        if (!inner.IsComplete)
        {
            _context.Checks.Fail(CheckNames.Container, "The tables of the image inside are too scattered to be read without unpacking it; unpack it first.", reference: References.Resources);
        }

        return inner;
    }

    private InnerImage JudgeBeginning(long? size)
    {
        using SliceImageReader beginning = new(_packed, 0, Math.Min(size ?? long.MaxValue, UnpackingLimits.HeadPacked), _packed.Name);
        using InflatingSequence sequence = new(beginning, _framing);
        byte[] head = new byte[UnpackingLimits.HeadSize];
        int count = sequence.Read(head);
        FollowBomb(sequence, size);
        if (sequence.IsFinished && size is not null)
        {
            throw new UnpackingException(FormattableString.Invariant($"its data end after {sequence.Consumed} of {size} bytes, and something else follows"));
        }

        PartialImageReader reader = new(PromisedLength, _packed.Name);
        reader.Add(0, head.AsMemory(0, (int)Math.Min(count, PromisedLength ?? count)));
        InnerImage inner = InnerImage.Judge(reader, "The content", null, _context, MayHoldArchive);
        _context.Checks.Warn(CheckNames.Container, FormattableString.Invariant($"Only the first {count} bytes of what is inside of the {_container} were judged; -Depth Full judges all of it."));
        return inner;
    }

    /// <summary>A ratio is one of the whole: it is certain only where more came out already than all packed bytes may hold.</summary>
    private void FollowBomb(InflatingSequence sequence, long? size)
    {
        if (size is not long packed || packed > UnpackingLimits.MostAhead / _limits.MostRatio)
        {
            return;
        }

        byte[] skipped = new byte[PageCache.PageSize];
        while (!sequence.IsFinished && sequence.Produced <= UnpackingLimits.MostAhead && sequence.Read(skipped) > 0)
        {
            _context.CancellationToken.ThrowIfCancellationRequested();
            if (_limits.Refuse(sequence.Produced, packed) is string reason)
            {
                throw new UnpackingException(reason);
            }
        }
    }
}
