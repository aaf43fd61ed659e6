namespace ImageUtils.Formats.Containers;

/// <summary>A member of a tar archive, with the names and sizes of extended headers applied.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Its kind, a character of the header.</param>
/// <param name="HeaderOffset">Where its header stands, in bytes.</param>
/// <param name="Offset">Where its content begins, in bytes.</param>
/// <param name="Length">The length of its content.</param>
internal sealed record TarMember(string Name, byte Kind, long HeaderOffset, long Offset, long Length)
{
    /// <summary>True for a regular file.</summary>
    public bool IsRegular => Kind is (byte)'0' or 0 && !Name.EndsWith('/');

    /// <summary>True for a folder; before there was a kind for it, it was a file whose name ends in a slash.</summary>
    public bool IsFolder => Kind == (byte)'5' || (Kind is (byte)'0' or 0 && Name.EndsWith('/') && Length == 0);

    /// <summary>True for a file with holes, whose data are not as they stand in the archive.</summary>
    public bool IsSparse { get; init; }
}
