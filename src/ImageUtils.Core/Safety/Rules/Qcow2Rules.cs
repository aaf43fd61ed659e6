using ImageUtils.Formats;
using ImageUtils.Formats.Qcow2;

namespace ImageUtils.Safety.Rules;

/// <summary>What a qcow2 image must keep to.</summary>
internal sealed class Qcow2Rules : IFormatRules
{
    private const int BackingOffsetField = 8;
    private const int IncompatibleField = 72;
    private const int CompressionField = 104;
    private const int MaximumNameSize = 1023;
    private const long SmallestExtended = 16 * 1024;

    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        Qcow2Metadata metadata = Qcow2Metadata.Read(context.Reader);
        CheckList checks = context.Checks;
        bool isReadable = JudgeHeader(metadata, checks);
        JudgeBackingFile(metadata, context);
        JudgeDataFile(metadata, checks);
        JudgeFeatures(metadata, checks);
        JudgeCompression(metadata, checks);
        InspectionContext.WhereHere(() => Qcow2EncryptionRules.Judge(metadata, context));
        SizeRules.Judge(checks, metadata.Header.Size, 24);
        if (isReadable && metadata.Header.Size % 512 != 0)
        {
            checks.Warn(CheckNames.VirtualSize, FormattableString.Invariant($"The virtual size of {metadata.Header.Size} bytes is no multiple of 512."), 24);
        }

        if (isReadable)
        {
            InspectionContext.WhereHere(new Qcow2TableRules(context, metadata).Judge);
        }

        return metadata.ToFacts();
    }

    private static bool JudgeHeader(Qcow2Metadata metadata, CheckList checks)
    {
        Qcow2Header header = metadata.Header;
        ReadOnlySpan<byte> bytes = metadata.HeaderBytes;
        if (header.IsTruncated)
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"The file ends inside the header, at byte {bytes.Length}."), 0, bytes, References.Qcow2);
            return false;
        }

        if (header.Version is not (2 or 3))
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"Version {header.Version} of qcow2 is not known."), 4, bytes.Part(4, 4), References.Qcow2);
            return false;
        }

        if (!header.HasValidClusterBits)
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"cluster_bits is {header.ClusterBits}; 9 to 21 are allowed."), 20, bytes.Part(20, 4), References.Qcow2);
            return false;
        }

        if (header.IsVersion3 && (header.HeaderLength < Qcow2Header.Version3Size || header.HeaderLength > header.ClusterSize || header.HeaderLength % 8 != 0))
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"header_length is {header.HeaderLength}; it must be a multiple of 8 from 104 to the cluster size."), 100, bytes.Part(100, 4), References.Qcow2);
        }

        if (header.RefcountOrder > 6)
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"refcount_order is {header.RefcountOrder}; 6 is the most."), 96, bytes.Part(96, 4), References.Qcow2);
        }

        if (header.HasExtendedL2 && header.ClusterSize < SmallestExtended)
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"Extended L2 entries need clusters of {SmallestExtended} bytes at least; they have {header.ClusterSize}."), IncompatibleField, bytes.Part(IncompatibleField, 8), References.Qcow2);
        }

        checks.Fail(CheckNames.Header, metadata.Extensions.Defects, References.Qcow2);
        checks.Pass(CheckNames.Header, FormattableString.Invariant($"The header of version {header.Version} is whole."));
        return true;
    }

    private static void JudgeBackingFile(Qcow2Metadata metadata, InspectionContext context)
    {
        Qcow2Header header = metadata.Header;
        CheckList checks = context.Checks;
        ReadOnlySpan<byte> evidence = ((ReadOnlySpan<byte>)metadata.HeaderBytes).Part(BackingOffsetField, 12);
        if (header.BackingOffset == 0)
        {
            if (header.BackingSize != 0)
            {
                checks.Warn(CheckNames.BackingFile, "The header gives a length for a backing file's name, but no place.", BackingOffsetField, evidence);
            }

            checks.Pass(CheckNames.BackingFile, "There is no backing file.", References.BackingFile);
            return;
        }

        string name = metadata.BackingFile is string file ? $"'{ImageText.Show(file)}'" : "without a name";
        bool isPlaced = header.BackingSize is > 0 and <= MaximumNameSize && header.HasValidClusterBits && header.BackingOffset + header.BackingSize <= (ulong)header.ClusterSize;
        if (!context.Request.AllowBackingFile)
        {
            checks.Fail(CheckNames.BackingFile, $"The image has a backing file ({name}), which would be read in its place.", BackingOffsetField, evidence, References.BackingFile);
        }
        else if (isPlaced && !context.Reader.Has((long)header.BackingOffset, (int)header.BackingSize))
        {
            checks.Skip(CheckNames.BackingFile, "The image has a backing file, which was allowed; its name was not seen.");
        }
        else if (!isPlaced || metadata.BackingFile is null)
        {
            checks.Fail(CheckNames.BackingFile, $"The image has a backing file ({name}) whose name does not lie in the first cluster.", BackingOffsetField, evidence, References.Qcow2);
        }
        else
        {
            checks.Pass(CheckNames.BackingFile, $"The image has a backing file ({name}), which was allowed.", References.BackingFile);
        }
    }

    private static void JudgeDataFile(Qcow2Metadata metadata, CheckList checks)
    {
        string name = metadata.Extensions.DataFile is string file ? $"'{ImageText.Show(file)}'" : "not named";
        if ((metadata.Header.Incompatible & Qcow2Header.DataFileBit) != 0)
        {
            checks.Fail(CheckNames.DataFile, $"The image keeps its data in another file ({name}).", IncompatibleField, ((ReadOnlySpan<byte>)metadata.HeaderBytes).Part(IncompatibleField, 8), References.DataFile);
        }
        else if (metadata.Extensions.DataFile is not null)
        {
            checks.Fail(CheckNames.DataFile, $"The image names a data file ({name}) without the feature bit for it.", metadata.Extensions.DataFileOffset, reference: References.DataFile);
        }
        else
        {
            checks.Pass(CheckNames.DataFile, "There is no external data file.", References.DataFile);
        }
    }

    private static void JudgeFeatures(Qcow2Metadata metadata, CheckList checks)
    {
        Qcow2Header header = metadata.Header;
        ReadOnlySpan<byte> evidence = ((ReadOnlySpan<byte>)metadata.HeaderBytes).Part(IncompatibleField, 8);
        ulong unknown = header.Incompatible & ~Qcow2Header.KnownIncompatible;
        if (unknown != 0)
        {
            List<string> names = [];
            for (int bit = 0; bit < 64; bit++)
            {
                if ((unknown & (1UL << bit)) != 0)
                {
                    string? name = metadata.Extensions.FeatureNames.GetValueOrDefault(bit);
                    names.Add(name is null ? FormattableString.Invariant($"bit {bit}") : FormattableString.Invariant($"bit {bit} ('{ImageText.Show(name)}')"));
                }
            }

            checks.Fail(CheckNames.UnknownFeatures, $"The image needs features that are not known: {string.Join(", ", names)}.", IncompatibleField, evidence, References.Qcow2);
        }

        checks.Pass(CheckNames.UnknownFeatures, "All features that the image needs are known.");
        if ((header.Incompatible & Qcow2Header.CorruptBit) != 0)
        {
            checks.Fail(CheckNames.Corrupt, "The image is marked corrupt by the program that wrote it.", IncompatibleField, evidence, References.Qcow2);
        }

        checks.Pass(CheckNames.Corrupt, "The image is not marked corrupt.");
        if ((header.Incompatible & Qcow2Header.DirtyBit) != 0)
        {
            checks.Warn(CheckNames.Dirty, "The image was not closed cleanly; its reference counts are to be rebuilt.", IncompatibleField, evidence, References.Qcow2);
        }

        checks.Pass(CheckNames.Dirty, "The image was closed cleanly.");
    }

    private static void JudgeCompression(Qcow2Metadata metadata, CheckList checks)
    {
        Qcow2Header header = metadata.Header;
        ReadOnlySpan<byte> evidence = ((ReadOnlySpan<byte>)metadata.HeaderBytes).Part(CompressionField, 1);
        bool isAnnounced = (header.Incompatible & Qcow2Header.CompressionBit) != 0;
        if (header.CompressionType > 1)
        {
            checks.Fail(CheckNames.Compression, FormattableString.Invariant($"Compression type {header.CompressionType} is not known."), CompressionField, evidence, References.Qcow2);
        }
        else if (isAnnounced != (header.CompressionType != 0))
        {
            checks.Fail(CheckNames.Compression, FormattableString.Invariant($"Compression type {header.CompressionType} and its feature bit contradict each other."), CompressionField, evidence, References.Qcow2);
        }

        checks.Pass(CheckNames.Compression, header.CompressionType == 0 ? "Compressed clusters are zlib." : "Compressed clusters are Zstandard.");
    }
}
