using ImageUtils.Formats;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>
/// Judges the image in packed data, of any size. Small ones are unpacked whole at every depth. Of larger ones the beginning is
/// judged at metadata depth, and the whole at full depth, without holding it.
/// </summary>
internal sealed class PackedContent
{
    private readonly InspectionContext _context;
    private readonly IImageReader _packed;
    private readonly Func<IImageReader, IUnpackingSequence> _open;
    private readonly string _container;

    /// <summary>Makes the judge.</summary>
    /// <param name="context">The inspection of the container.</param>
    /// <param name="packed">The packed bytes.</param>
    /// <param name="open">Begins a run through them.</param>
    /// <param name="container">What a sentence calls the container.</param>
    public PackedContent(InspectionContext context, IImageReader packed, Func<IImageReader, IUnpackingSequence> open, string container)
    {
        _context = context;
        _packed = packed;
        _open = open;
        _container = container;
    }

    /// <summary>The document behind the rules.</summary>
    public required string Reference { get; init; }

    /// <summary>How far the data are followed.</summary>
    public UnpackingLimits Limits { get; init; } = UnpackingLimits.Default;

    /// <summary>True where an archive may be inside, which is opened too.</summary>
    public bool MayHoldArchive { get; init; }

    /// <summary>The length of the content as the container gives it, which may be a lie; null: it does not.</summary>
    public long? AnnouncedLength { get; init; }

    /// <summary>The length of the content where everything else is refused; null: the container does not name it for certain.</summary>
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
            if (size is long all && all > Limits.SoonUnpacked && AnnouncedLength is long announced && Limits.Refuse(announced, all) is string reason)
            {
                // Either it is a bomb, or it lies; nothing is unpacked to find out.
                throw new UnpackingException(FormattableString.Invariant($"it says that it holds {announced} bytes, so {reason}"));
            }

            bool isWhole = _context.IsFull && size is long last && _packed.Has(last - 1, 1);
            bool maybeSmall = size <= Limits.HeadPacked && (size <= Limits.SoonUnpacked || (AnnouncedLength ?? 0) <= Limits.SmallUnpacked);
            if (size is not long packed || !(isWhole || maybeSmall))
            {
                return JudgeBeginning(_packed, size);
            }

            // Held, so that beginning anew reads nothing again and stays below the bound of this depth.
            IImageReader data = packed <= Limits.HeadPacked ? new MemoryImageReader(_packed.ReadArray(0, (int)packed), _packed.Name) : _packed;
            using UnpackedImageReader? reader = UnpackedImageReader.Open(() => _open(data), packed, _packed.Name, Limits, isWhole ? long.MaxValue : Limits.SmallUnpacked, _context.CancellationToken);
            return reader is null ? JudgeBeginning(data, size) : JudgeWhole(reader, data);
        }
        catch (UnpackingException exception)
        {
            _context.Checks.Fail(CheckNames.Container, $"The {_container} is refused: {exception.Message}.", 0, reference: Reference);
            return null;
        }
    }

    private InnerImage? JudgeWhole(UnpackedImageReader reader, IImageReader packed)
    {
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

    private InnerImage JudgeBeginning(IImageReader packed, long? size)
    {
        using SliceImageReader beginning = new(packed, 0, Math.Min(size ?? long.MaxValue, Limits.HeadPacked), _packed.Name);
        using IUnpackingSequence sequence = _open(beginning);
        byte[] head = new byte[UnpackingLimits.HeadSize];
        int count = sequence.Read(head);
        if (sequence.IsFinished && size is not null && sequence.Consumed < beginning.Length)
        {
            throw new UnpackingException(FormattableString.Invariant($"its data end after {sequence.Consumed} of {size} bytes, and something else follows"));
        }

        PartialImageReader reader = new(PromisedLength, _packed.Name);
        reader.Add(0, head.AsMemory(0, (int)Math.Min(count, PromisedLength ?? count)));
        InnerImage inner = InnerImage.Judge(reader, "The content", null, _context, MayHoldArchive);
        _context.Checks.Warn(CheckNames.Container, FormattableString.Invariant($"Only the first {count} bytes of what is inside of the {_container} were judged; -Depth Full judges all of it."));
        return inner;
    }
}
