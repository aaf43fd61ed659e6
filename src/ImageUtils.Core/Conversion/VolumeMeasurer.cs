using ImageUtils.Configuration;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Qemu;
using ImageUtils.Safety;
using ImageUtils.Storage;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Conversion;

/// <summary>
/// Says how much space a conversion would take, and whether it is there (cinder's check_virtual_size and
/// check_available_space, as an answer instead of a refusal). Nothing is written.
/// </summary>
public sealed class VolumeMeasurer
{
    private readonly OperationContext _context;

    /// <summary>Makes the measurer.</summary>
    /// <param name="context">Settings and ports.</param>
    public VolumeMeasurer(OperationContext context) => _context = context;

    /// <summary>Measures one image.</summary>
    /// <param name="request">Which image, and what it would become.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The space that is needed and the space that is there.</returns>
    /// <exception cref="PathNotFoundException">There is no such file.</exception>
    /// <exception cref="ImageUnreadableException">It cannot be read.</exception>
    /// <exception cref="ImageUnacceptableException">The image is not safe; no program has seen it.</exception>
    /// <exception cref="NotSupportedOperationException">Nobody could convert it so, or it is encrypted, and only its passphrase would tell.</exception>
    /// <exception cref="DeviceNotFoundException">The destination is a device that is not there.</exception>
    /// <exception cref="ToolNotFoundException">More than plain bytes to raw is asked for, and there is no qemu-img.</exception>
    /// <exception cref="ToolFailedException">qemu-img failed.</exception>
    public async Task<ImageMeasure> MeasureAsync(MeasureRequest request, CancellationToken cancellationToken)
    {
        string path = Path.GetFullPath(request.Path);
        string destination = Path.GetFullPath(request.Destination ?? Path.GetDirectoryName(path) ?? path);
        ConversionDestination.RequireDevice(destination);
        BlockDevice? device = BlockDevice.Look(destination);
        ConversionPlan plan = Plan(request, path, destination, cancellationToken);
        (long required, long full) = plan.NeedsQemuImg
            ? await AskQemuImgAsync(plan, cancellationToken).ConfigureAwait(false)
            : (DataOf(plan), plan.VirtualSize);
        if (device is not null && plan.OutputFormat == DiskFormat.Raw)
        {
            // What is zero must be zero there too.
            required = full;
        }

        long free = device?.SizeBytes ?? DiskSpace.AvailableBytes(destination);
        return new ImageMeasure
        {
            Path = path,
            Format = plan.Source.Format.Name,
            OutputFormat = plan.OutputFormat.Name,
            RequiredBytes = required,
            FullyAllocatedBytes = full,
            FreeBytes = free,
            VirtualSize = plan.VirtualSize,
            VolumeSizeGB = VolumeSize.ToGiB(plan.VirtualSize),
            Fits = (device is null ? free > required : free >= required) && !(request.VolumeSizeBytes < plan.VirtualSize),
        };
    }

    private ConversionPlan Plan(MeasureRequest request, string path, string destination, CancellationToken cancellationToken)
    {
        ImageInspection inspection = _context.Inspector
            .Inspect(path, new InspectionRequest { AllowedVmdkTypes = _context.Options.VmdkAllowedTypes }, cancellationToken)
            .ThrowIfUnacceptable();
        if (inspection.Facts.IsEncrypted)
        {
            throw new NotSupportedOperationException($"'{path}' is encrypted; what it holds cannot be measured from outside.");
        }

        using FileImageReader reader = FileImageReader.Open(path);
        var source = new SourceFile(inspection.Facts, reader.Length, reader.Identity?.AllocatedBytes ?? 0) { IsDevice = reader.Identity is { Kind: FileKind.BlockDevice } };
        return ConversionPlanner.Plan(new ConversionRequest { SourcePath = path, DestinationPath = destination, OutputFormat = request.OutputFormat }, source);
    }

    /// <summary>What a sparse copy of plain bytes may write: everything that is no hole.</summary>
    private static long DataOf(ConversionPlan plan)
    {
        using SafeFileHandle source = File.OpenHandle(plan.Source.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return SparseCopy.CountData(source, 0, plan.ContentLength);
    }

    private async Task<(long Required, long Full)> AskQemuImgAsync(ConversionPlan plan, CancellationToken cancellationToken)
    {
        if (plan.OutputFormat == DiskFormat.Luks)
        {
            return (plan.RequiredBytes, plan.RequiredBytes);
        }

        var qemuImg = new QemuImg(_context);
        if (plan.OutputFormat == DiskFormat.Qcow2)
        {
            QemuImgMeasure exact = await qemuImg.MeasureAsync(plan.Source, DiskFormat.Qcow2, clusterSize: null, cancellationToken).ConfigureAwait(false);
            return (exact.Required, exact.FullyAllocated);
        }

        // For raw qemu-img answers with the virtual size, and for the rest not at all. What it says of a qcow2 image with
        // clusters as large as the format's units tells how much data there are: the difference between its two answers is
        // what would be a hole (block/qcow2.c, qcow2_measure).
        OutputLayout layout = OutputLayout.Of(plan.OutputFormat);
        QemuImgMeasure answer = await qemuImg.MeasureAsync(plan.Source, DiskFormat.Qcow2, layout.Granule, cancellationToken).ConfigureAwait(false);
        long disk = layout.InGranules(plan.VirtualSize);
        long data = Math.Clamp(disk - (answer.FullyAllocated - answer.Required), 0, disk);
        return plan.OutputFormat == DiskFormat.Raw
            ? (Math.Min(data, plan.VirtualSize), plan.VirtualSize)
            : (layout.SizeOf(plan.VirtualSize, data), layout.SizeOf(plan.VirtualSize, disk));
    }
}
