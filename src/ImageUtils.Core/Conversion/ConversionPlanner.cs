using ImageUtils.Configuration;
using ImageUtils.Errors;
using ImageUtils.Formats;
using ImageUtils.Qemu;

namespace ImageUtils.Conversion;

/// <summary>Decides how a conversion is done. Pure: it looks at no file and starts no program.</summary>
public static class ConversionPlanner
{
    private const long SectorSize = 512;

    /// <summary>The footer of old VHDs lacks a byte (Virtual PC before 2004).</summary>
    private const long SmallestFooter = 511;

    /// <summary>Plans a conversion.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="source">What the source is.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="NotSupportedOperationException">Nobody can do it, or not the engine that was asked for.</exception>
    /// <exception cref="ConversionFailedException">The source is shorter than the disk it says it holds, or empty where the result cannot be.</exception>
    public static ConversionPlan Plan(ConversionRequest request, SourceFile source)
    {
        ImageFacts facts = source.Facts;
        DiskFormat output = OutputOf(request.OutputFormat);
        string? subformat = CheckSupported(facts.Format, output, request.OutputSubformat);
        long virtualSize = VirtualSizeOf(source, request.SourcePath);
        RefuseEmpty(virtualSize, output, subformat, request.SourcePath);
        bool isPlain = IsPlain(facts);
        ConversionEngineChoice engine = Choose(request.Engine, isPlain && output == DiskFormat.Raw, facts.Format, output);
        return new ConversionPlan
        {
            Engine = engine,
            Source = new QemuSource(request.SourcePath, facts.Format, facts.SizeSource) { IsDevice = source.IsDevice, IsEncrypted = facts.IsEncrypted },
            SourceLength = source.Length,
            ContentLength = Math.Min(source.Length, virtualSize),
            OutputFormat = output,
            OutputSubformat = subformat,
            VirtualSize = virtualSize,
            Cipher = request.Cipher,
            RequiredBytes = RequiredBytes(request, output, subformat, source, isPlain, virtualSize),
            Compress = request.Compress && output == DiskFormat.Qcow2,
            DisableSparse = request.DisableSparse,
            MaxBytesPerSecond = request.MaxBytesPerSecond is > 0 ? request.MaxBytesPerSecond : null,
            RunAsRoot = request.RunAsRoot,
        };
    }

    /// <summary>
    /// Says whether qemu-img will be needed, from a format alone. A VHD may turn out to be fixed and need none; before a
    /// download nobody knows.
    /// </summary>
    /// <param name="sourceFormat">The format the source will have.</param>
    /// <param name="request">The conversion.</param>
    /// <returns>True where qemu-img will be needed.</returns>
    /// <exception cref="NotSupportedOperationException">Nobody can do it, or not the engine that was asked for.</exception>
    public static bool NeedsQemuImg(DiskFormat sourceFormat, ConversionRequest request)
    {
        DiskFormat output = OutputOf(request.OutputFormat);
        CheckSupported(sourceFormat, output, request.OutputSubformat);
        bool mayBePlain = sourceFormat.IsRawContent || (request.Engine == ConversionEngineChoice.Managed && sourceFormat == DiskFormat.Vhd);
        return Choose(request.Engine, mayBePlain && output == DiskFormat.Raw, sourceFormat, output) == ConversionEngineChoice.QemuImg;
    }

    private static DiskFormat OutputOf(DiskFormat format) => format.IsRawContent ? DiskFormat.Raw : format;

    /// <summary>True where the disk's bytes stand in the file as they are: no format, or a fixed VHD, whose footer follows them.</summary>
    private static bool IsPlain(ImageFacts facts) =>
        facts.Format.IsRawContent || (facts.Format == DiskFormat.Vhd && facts.ClusterSize is null);

    private static ConversionEngineChoice Choose(ConversionEngineChoice wanted, bool isManagedAble, DiskFormat source, DiskFormat output) => wanted switch
    {
        ConversionEngineChoice.QemuImg => ConversionEngineChoice.QemuImg,
        _ when isManagedAble => ConversionEngineChoice.Managed,
        ConversionEngineChoice.Managed => throw new NotSupportedOperationException($"The managed engine cannot convert {source} to {output}; qemu-img can."),
        _ => ConversionEngineChoice.QemuImg,
    };

    /// <summary>Checks the formats and gives the subformat in qemu-img's spelling.</summary>
    private static string? CheckSupported(DiskFormat source, DiskFormat output, string? subformat)
    {
        if (!source.CanRead)
        {
            throw new NotSupportedOperationException($"Converting from {source} is not supported.");
        }

        if (!output.CanWrite)
        {
            throw new NotSupportedOperationException($"Converting to {output} is not supported.");
        }

        if (string.IsNullOrEmpty(subformat))
        {
            return null;
        }

        // VMDK subformats of several files are not among them: a result is one file that appears whole.
        string[] known = output switch
        {
            _ when output == DiskFormat.Vhd || output == DiskFormat.Vhdx => ["dynamic", "fixed"],
            _ when output == DiskFormat.Vmdk => ["monolithicSparse", "streamOptimized"],
            _ => [],
        };
        return Array.Find(known, name => string.Equals(name, subformat, StringComparison.OrdinalIgnoreCase))
            ?? throw new NotSupportedOperationException(
                $"'{subformat}' is no subformat of {output} that can be written. " + (known.Length == 0 ? "It has none." : $"Known: {string.Join(", ", known)}."));
    }

    private static long VirtualSizeOf(SourceFile source, string path)
    {
        ImageFacts facts = source.Facts;
        if (facts.Format.IsRawContent)
        {
            // All of the file, not what a partition table or an ISO header in it says; in whole sectors, as qemu-img does.
            return checked((source.Length + SectorSize - 1) / SectorSize * SectorSize);
        }

        if (IsPlain(facts) && facts.VirtualSize > source.Length - SmallestFooter)
        {
            throw new ConversionFailedException(path, "The file is shorter than the disk that its footer describes.");
        }

        return facts.VirtualSize;
    }

    /// <summary>qemu-img writes empty disks of these formats that neither it nor our inspector reads again.</summary>
    private static void RefuseEmpty(long virtualSize, DiskFormat output, string? subformat, string path)
    {
        bool needsContent = output == DiskFormat.Vmdk || output == DiskFormat.Vhdx || (output == DiskFormat.Vhd && string.Equals(subformat, "fixed", StringComparison.Ordinal));
        if (virtualSize == 0 && needsContent)
        {
            throw new ConversionFailedException(path, $"The disk in it is empty (0 bytes), and {(subformat is null ? string.Empty : subformat + " ")}{output} cannot hold an empty disk.");
        }
    }

    /// <summary>
    /// What is certain to be needed. cinder asks for the virtual size, which refuses most sparse images that would fit; what
    /// turns out not to fit is told when the disk is full, and nothing is left.
    /// </summary>
    private static long RequiredBytes(ConversionRequest request, DiskFormat output, string? subformat, SourceFile source, bool isPlain, long virtualSize)
    {
        if (output == DiskFormat.Luks)
        {
            // Nothing that is encrypted is zero.
            long overhead = LuksLayout.PayloadOffset(request.Cipher);
            return Math.Min(virtualSize, long.MaxValue - overhead) + overhead;
        }

        if (request.DisableSparse && output == DiskFormat.Raw)
        {
            return virtualSize;
        }

        bool shrinks = request.Compress || string.Equals(subformat, "streamOptimized", StringComparison.Ordinal);
        return isPlain && !shrinks ? Math.Min(source.AllocatedBytes, virtualSize) : 0;
    }
}
