namespace ImageUtils.Formats.Vhdx;

/// <summary>An entry of the metadata table (MS-VHDX 2.6.1.2).</summary>
internal sealed record VhdxItem(Guid Id, uint Offset, uint Length, bool IsRequired);
