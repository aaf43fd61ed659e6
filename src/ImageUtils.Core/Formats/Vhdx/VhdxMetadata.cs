using ImageUtils.Storage;

namespace ImageUtils.Formats.Vhdx;

/// <summary>Headers, regions and metadata of a VHDX.</summary>
internal sealed record VhdxMetadata
{
    private const int MaximumItem = 16 * 1024;

    public required IReadOnlyList<VhdxHeader> Headers { get; init; }

    /// <summary>The valid header with the higher sequence number; null: neither is valid.</summary>
    public VhdxHeader? Header { get; init; }

    public required IReadOnlyList<VhdxRegionTable> RegionTables { get; init; }

    /// <summary>The first valid region table; null: neither is valid.</summary>
    public VhdxRegionTable? Regions { get; init; }

    public VhdxRegion? Table { get; init; }

    public VhdxRegion? MetadataRegion { get; init; }

    /// <summary>True where the metadata region begins as it must.</summary>
    public bool HasMetadataTable { get; init; }

    /// <summary>False where the metadata region was not there.</summary>
    public bool IsMetadataSeen { get; init; } = true;

    public int ItemCount { get; init; }

    public IReadOnlyList<VhdxItem> Items { get; init; } = [];

    public uint? BlockSize { get; init; }

    public bool HasParent { get; init; }

    public ulong? DiskSize { get; init; }

    public uint? LogicalSector { get; init; }

    public uint? PhysicalSector { get; init; }

    public IReadOnlyDictionary<string, string> ParentLocator { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public bool HasLog => Header is not null && Header.LogId != Guid.Empty;

    /// <summary>Where the value of a metadata item stands.</summary>
    /// <param name="id">The item.</param>
    /// <returns>Its place, or that of the table where there is no such item; null: there is no table.</returns>
    public long? PlaceOf(Guid id) =>
        MetadataRegion is not VhdxRegion region || region.Offset > long.MaxValue / 2
            ? null
            : (long)region.Offset + (Items.FirstOrDefault(item => item.Id == id)?.Offset ?? 0);

    public static VhdxMetadata Read(IImageReader reader)
    {
        VhdxHeader[] headers = [ReadHeader(reader, VhdxLayout.FirstHeader), ReadHeader(reader, VhdxLayout.SecondHeader)];
        VhdxRegionTable[] tables = [ReadRegions(reader, VhdxLayout.FirstRegionTable), ReadRegions(reader, VhdxLayout.SecondRegionTable)];
        VhdxRegionTable? regions = tables.FirstOrDefault(table => table.IsValid);
        VhdxMetadata metadata = new()
        {
            Headers = headers,
            Header = headers.Where(header => header.IsValid).MaxBy(header => header.Sequence),
            RegionTables = tables,
            Regions = regions,
            Table = regions?.Regions.FirstOrDefault(region => region.Id == VhdxLayout.BatRegion),
            MetadataRegion = regions?.Regions.FirstOrDefault(region => region.Id == VhdxLayout.MetadataRegion),
        };
        if (metadata.MetadataRegion is not VhdxRegion region || (reader.IsLengthKnown && !reader.Contains(region.Offset, VhdxLayout.TableSize)))
        {
            return metadata;
        }

        return reader.IfHere(image => metadata.ReadItems(image, region)) ?? metadata with { IsMetadataSeen = false };
    }

    public ImageFacts ToFacts() => new()
    {
        Format = DiskFormat.Vhdx,
        VirtualSize = (long)Math.Min(DiskSize ?? 0, long.MaxValue),
        ClusterSize = BlockSize is > 0 ? BlockSize : null,
        BackingFile = HasParent ? ParentLocator.GetValueOrDefault("relative_path") ?? ParentLocator.GetValueOrDefault("absolute_win32_path") : null,
        IsDirty = HasLog,
    };

    private static VhdxHeader ReadHeader(IImageReader reader, long offset) => VhdxHeader.Read(reader.ReadArray(offset, VhdxLayout.HeaderSize), offset);

    private static VhdxRegionTable ReadRegions(IImageReader reader, long offset) => VhdxRegionTable.Read(reader.ReadArray(offset, VhdxLayout.TableSize), offset);

    private static Dictionary<string, string> ReadLocator(ReadOnlySpan<byte> bytes)
    {
        // MS-VHDX 2.6.2.6: a type, a count, then keys and values by offset and length, in UTF-16.
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        int count = Math.Min(bytes.U16Le(18), (ushort)64);
        for (int index = 0; index < count; index++)
        {
            ReadOnlySpan<byte> entry = bytes.Part(20 + (index * 12), 12);
            string key = ReadText(bytes, entry.U32Le(0), entry.U16Le(8));
            values[key] = ReadText(bytes, entry.U32Le(4), entry.U16Le(10));
        }

        return values;
    }

    private static string ReadText(ReadOnlySpan<byte> bytes, uint offset, ushort length) =>
        offset > bytes.Length ? string.Empty : System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.Unicode.GetString(bytes.Part((int)offset, length))));

    private VhdxMetadata ReadItems(IImageReader reader, VhdxRegion region)
    {
        ReadOnlySpan<byte> table = reader.ReadArray((long)region.Offset, VhdxLayout.TableSize);
        int count = table.U16Le(10);
        if (!table.HasAt(0, "metadata"u8))
        {
            return this;
        }

        List<VhdxItem> items = [];
        for (int index = 0; index < Math.Min(count, VhdxLayout.MaximumEntries); index++)
        {
            ReadOnlySpan<byte> entry = table.Part(32 + (index * 32), 32);
            items.Add(new VhdxItem(VhdxLayout.ReadGuid(entry, 0), entry.U32Le(16), entry.U32Le(20), (entry.U32Le(24) & 4) != 0));
        }

        byte[]? Value(Guid id, int least)
        {
            VhdxItem? item = items.FirstOrDefault(candidate => candidate.Id == id);
            return item is null || item.Length < least || (ulong)item.Offset + item.Length > region.Length
                ? null
                : reader.ReadArray((long)region.Offset + item.Offset, (int)Math.Min(item.Length, MaximumItem)) is { } bytes && bytes.Length >= least ? bytes : null;
        }

        byte[]? parameters = Value(VhdxLayout.FileParameters, 8);
        byte[]? size = Value(VhdxLayout.DiskSize, 8);
        byte[]? logical = Value(VhdxLayout.LogicalSector, 4);
        byte[]? physical = Value(VhdxLayout.PhysicalSector, 4);
        byte[]? locator = Value(VhdxLayout.ParentLocator, 20);
        return this with
        {
            HasMetadataTable = true,
            ItemCount = count,
            Items = items,
            BlockSize = parameters is null ? null : ((ReadOnlySpan<byte>)parameters).U32Le(0),
            HasParent = (parameters is not null && (parameters[4] & 2) != 0) || locator is not null,
            DiskSize = size is null ? null : ((ReadOnlySpan<byte>)size).U64Le(0),
            LogicalSector = logical is null ? null : ((ReadOnlySpan<byte>)logical).U32Le(0),
            PhysicalSector = physical is null ? null : ((ReadOnlySpan<byte>)physical).U32Le(0),
            ParentLocator = locator is null ? ParentLocator : ReadLocator(locator),
        };
    }
}
