using ImageUtils.Formats;
using ImageUtils.Formats.Parallels;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>What a Parallels image must keep to.</summary>
internal sealed class ParallelsRules : IFormatRules
{
    private const string Reference = "qemu docs/interop/parallels.txt";
    private const uint KnownVersion = 2;
    private const int MetadataTableBytes = 64 * 1024;
    private const ulong SectorSize = 512;
    private const uint MaximumTableEntries = 0x7FFFFFFF / 4;

    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        ReadOnlySpan<byte> bytes = context.Reader.ReadArray(0, ParallelsHeader.Size);
        ParallelsHeader header = ParallelsHeader.Read(bytes);
        CheckList checks = context.Checks;
        if (JudgeHeader(header, bytes, checks))
        {
            InspectionContext.WhereHere(() => JudgeTable(header, context));
        }

        bool isDirty = header.InUse == ParallelsHeader.InUseMagic;
        if (isDirty)
        {
            checks.Warn(CheckNames.Dirty, "The image was not closed cleanly.", 44, bytes.Part(44, 4), Reference);
        }

        checks.Pass(CheckNames.Dirty, "The image was closed cleanly.");
        bool isPossible = header.Sectors <= SizeRules.Largest / 512;
        SizeRules.Judge(checks, isPossible ? header.Sectors * 512 : null, 36);
        return new ImageFacts { Format = DiskFormat.Parallels, VirtualSize = isPossible ? (long)header.Sectors * 512 : long.MaxValue, IsDirty = isDirty };
    }

    private static bool JudgeHeader(ParallelsHeader header, ReadOnlySpan<byte> bytes, CheckList checks)
    {
        if (header.IsTruncated)
        {
            checks.Fail(CheckNames.Header, "The file ends inside the header.", 0, bytes, Reference);
            return false;
        }

        if (header.Version != KnownVersion)
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"Version {header.Version} is not known."), 16, bytes.Part(16, 4), Reference);
        }

        if (header.Tracks is 0 or > int.MaxValue / 513)
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"A cluster of {header.Tracks} sectors is not allowed."), 28, bytes.Part(28, 4), Reference);
            return false;
        }

        checks.Pass(CheckNames.Header, "The header is whole.");
        return true;
    }

    private static void JudgeTable(ParallelsHeader header, InspectionContext context)
    {
        CheckList checks = context.Checks;
        if (header.TableEntries > MaximumTableEntries)
        {
            checks.Fail(CheckNames.Tables, FormattableString.Invariant($"The block table of {header.TableEntries} entries is larger than any that is read."), 32, reference: References.Resources);
            return;
        }

        if ((UInt128)header.TableEntries * header.Tracks < header.Sectors)
        {
            checks.Fail(CheckNames.VirtualSize, FormattableString.Invariant($"The disk of {header.Sectors} sectors needs more than the {header.TableEntries} clusters of its table."), 32, reference: Reference);
        }

        TableMap map = new(context);
        _ = map.Add("the header", 0, ParallelsHeader.Size);
        if (!map.Add("the block table", ParallelsHeader.Size, (ulong)header.TableEntries * 4, 32))
        {
            return;
        }

        if ((ulong)header.DataOffset * SectorSize > (ulong)context.Reader.Length)
        {
            checks.Fail(CheckNames.Tables, FormattableString.Invariant($"The data are said to begin at sector {header.DataOffset}, behind the end of the file."), 48, reference: Reference);
        }

        ExtentMap clusters = new(context, map, SectorSize, Reference);
        ulong unit = header.IsExtended ? header.Tracks : 1;
        _ = new TableScan(context, MetadataTableBytes).Words(ParallelsHeader.Size, header.TableEntries * 4L, isBigEndian: false, (entry, place) =>
            entry == 0 || clusters.Take("A cluster", entry * unit * SectorSize, (ulong)header.Tracks * SectorSize, place),
            blank: 0);
        clusters.Conclude();
        checks.Pass(CheckNames.Tables, "The block table lies inside the file and points into it.");
    }
}
