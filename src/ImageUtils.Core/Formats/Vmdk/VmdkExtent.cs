namespace ImageUtils.Formats.Vmdk;

/// <summary>An extent line of a descriptor.</summary>
/// <param name="Access">RW, RDONLY or NOACCESS.</param>
/// <param name="Sectors">Its size in sectors.</param>
/// <param name="Type">FLAT, SPARSE, ZERO, VMFS and so on, in upper case.</param>
/// <param name="FileName">The file it names; null for none.</param>
/// <param name="Offset">Where the line stands in the file.</param>
internal sealed record VmdkExtent(string Access, ulong Sectors, string Type, string? FileName, long Offset);
