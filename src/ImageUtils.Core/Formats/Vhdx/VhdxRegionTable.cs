namespace ImageUtils.Formats.Vhdx;

/// <summary>A region table (MS-VHDX 2.2.3), which stands in the file twice.</summary>
internal sealed record VhdxRegionTable(long Offset, bool IsValid, uint Count, IReadOnlyList<VhdxRegion> Regions)
{
    public static VhdxRegionTable Read(ReadOnlySpan<byte> bytes, long offset)
    {
        uint count = bytes.U32Le(8);
        bool isValid = bytes.Length == VhdxLayout.TableSize && bytes.HasAt(0, "regi"u8) && bytes.U32Le(4) == VhdxLayout.Checksum(bytes) && count <= VhdxLayout.MaximumEntries;
        List<VhdxRegion> regions = [];
        for (int index = 0; isValid && index < count; index++)
        {
            ReadOnlySpan<byte> entry = bytes.Part(16 + (index * 32), 32);
            regions.Add(new VhdxRegion(VhdxLayout.ReadGuid(entry, 0), entry.U64Le(16), entry.U32Le(24), (entry.U32Le(28) & 1) != 0));
        }

        return new VhdxRegionTable(offset, isValid, count, regions);
    }
}
