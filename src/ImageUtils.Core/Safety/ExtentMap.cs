using ImageUtils.Safety.Rules;
using ImageUtils.Storage;

namespace ImageUtils.Safety;

/// <summary>
/// The places of many small tables and blocks in a file, counted in units of one size. Each must begin in the file, and
/// none may lie on another or on a table of a <see cref="TableMap"/>. The first offence is noted, and ends the walk.
/// </summary>
internal sealed class ExtentMap(InspectionContext context, TableMap map, ulong unitSize, string reference)
{
    private const int EvidenceSize = 8;

    private readonly UsedUnits _used = new();

    /// <summary>True where something was found wrong.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Takes a place.</summary>
    /// <param name="what">What lies there, as the beginning of a sentence.</param>
    /// <param name="offset">Where it begins, in bytes.</param>
    /// <param name="size">Its length in bytes.</param>
    /// <param name="place">Where the file names it.</param>
    /// <param name="mayBeCut">True for data, whose last piece need not be written whole.</param>
    /// <returns>True where the place is good.</returns>
    public bool Take(string what, ulong offset, ulong size, long place, bool mayBeCut = true)
    {
        if (!IsInside(what, offset, size, place, mayBeCut))
        {
            return false;
        }

        (ulong first, ulong last) = Units(offset, size);
        return _used.TakeRange(first, last - first + 1) is not ulong unit || FailUse(what, offset, unit, place);
    }

    /// <summary>Judges a place without taking it.</summary>
    /// <inheritdoc cref="Take"/>
    public bool IsFree(string what, ulong offset, ulong size, long place)
    {
        if (!IsInside(what, offset, size, place, mayBeCut: true))
        {
            return false;
        }

        (ulong first, ulong last) = Units(offset, size);
        for (ulong unit = first; unit <= last; unit++)
        {
            if (_used.Contains(unit))
            {
                return FailUse(what, offset, unit, place);
            }
        }

        return true;
    }

    /// <summary>Notes what is wrong.</summary>
    /// <param name="reason">The sentence.</param>
    /// <param name="place">Where the evidence stands.</param>
    /// <returns>False.</returns>
    public bool Fail(string reason, long place)
    {
        IsBroken = true;
        context.Checks.Fail(CheckNames.Tables, reason, place, context.Reader.ReadArray(place, EvidenceSize), reference);
        return false;
    }

    /// <summary>Says so where the walk could not see everything.</summary>
    public void Conclude()
    {
        if (_used.IsFull)
        {
            context.Checks.Warn(CheckNames.Tables, "The image has more blocks than are kept in memory; not every overlap could be seen.", reference: References.Resources);
        }
    }

    private bool IsInside(string what, ulong offset, ulong size, long place, bool mayBeCut)
    {
        if (offset >= (ulong)context.Reader.Length || (!mayBeCut && !context.Reader.Contains(offset, size)))
        {
            return Fail(FormattableString.Invariant($"{what} is said to be at 0x{offset:x}, behind the end of the file."), place);
        }

        return map.Touched(offset, size) is not string table || Fail(FormattableString.Invariant($"{what} is said to be at 0x{offset:x}, which is {table}."), place);
    }

    private (ulong First, ulong Last) Units(ulong offset, ulong size)
    {
        ulong end = offset + Math.Min(Math.Max(size, 1), (ulong)context.Reader.Length - offset);
        return (offset / unitSize, (end - 1) / unitSize);
    }

    private bool FailUse(string what, ulong offset, ulong unit, long place) =>
        Fail(FormattableString.Invariant($"{what} at 0x{offset:x} overlaps another block or table at 0x{unit * unitSize:x}."), place);
}
