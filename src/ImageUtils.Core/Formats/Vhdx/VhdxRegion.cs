namespace ImageUtils.Formats.Vhdx;

/// <summary>An entry of a region table (MS-VHDX 2.2.3.2).</summary>
internal sealed record VhdxRegion(Guid Id, ulong Offset, uint Length, bool IsRequired);
