namespace ImageUtils.Safety;

/// <summary>The places of headers and tables in a file: each must lie inside, and none may lie on another.</summary>
internal sealed class TableMap(InspectionContext context)
{
    private readonly List<(string Name, ulong Start, ulong End)> _tables = [];

    /// <summary>Adds a table and judges its place.</summary>
    /// <param name="name">What a sentence calls it, for example <c>the L1 table</c>.</param>
    /// <param name="offset">Where it begins, in bytes.</param>
    /// <param name="size">Its length in bytes; an empty table is nowhere.</param>
    /// <param name="field">Where the file names the place, in bytes.</param>
    /// <returns>True where its place is good.</returns>
    public bool Add(string name, ulong offset, ulong size, long? field = null)
    {
        if (size == 0)
        {
            return true;
        }

        if (!ImageUtils.Storage.ImageReaderExtensions.Contains(context.Reader, offset, size))
        {
            context.Checks.Fail(CheckNames.Tables, FormattableString.Invariant($"{Upper(name)} ({size} bytes at 0x{offset:x}) leaves the file, which has {context.Reader.Length} bytes."), field);
            return false;
        }

        foreach ((string other, ulong start, ulong end) in _tables)
        {
            if (offset < end && start < offset + size)
            {
                context.Checks.Fail(CheckNames.Tables, FormattableString.Invariant($"{Upper(name)} at 0x{offset:x} overlaps {other} at 0x{start:x}."), field ?? (long)offset);
                return false;
            }
        }

        _tables.Add((name, offset, offset + size));
        return true;
    }

    /// <summary>The table that a range touches; null: none.</summary>
    /// <param name="offset">Where the range begins.</param>
    /// <param name="size">Its length.</param>
    /// <returns>The name of the table.</returns>
    public string? Touched(ulong offset, ulong size)
    {
        foreach ((string name, ulong start, ulong end) in _tables)
        {
            if (offset < end && (start < offset + size || offset + size < offset))
            {
                return name;
            }
        }

        return null;
    }

    private static string Upper(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
