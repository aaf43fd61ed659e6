using System.Diagnostics;
using System.Globalization;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Qemu;
using ImageUtils.Safety;
using ImageUtils.Storage;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Conversion;

/// <summary>
/// Converts an image file: source inspected, plan made, written beside the destination, result inspected, moved into place.
/// Whatever happens on the way, nothing is left.
/// </summary>
public sealed class ImageConverter : IImageConverter
{
    /// <summary>
    /// Checks that nobody can set aside here: what they find would let another file of this machine into the result.
    /// </summary>
    private static readonly string[] NeverIgnored = [CheckNames.BackingFile, CheckNames.DataFile, CheckNames.Extents, CheckNames.Parent];

    private readonly OperationContext _context;

    /// <summary>Makes the converter.</summary>
    /// <param name="context">Settings and ports.</param>
    public ImageConverter(OperationContext context) => _context = context;

    /// <inheritdoc/>
    public void EnsureCanConvert(DiskFormat sourceFormat, ConversionRequest request)
    {
        if (ConversionPlanner.NeedsQemuImg(sourceFormat, request))
        {
            new QemuImg(_context).EnsureAvailable();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="PathNotFoundException">The source, or the destination's folder, is not there.</exception>
    /// <exception cref="DestinationIsSourceException">Source and destination are one file, also through a link.</exception>
    /// <exception cref="DestinationUnwritableException">The destination is a file of the local image service, or cannot be written.</exception>
    /// <exception cref="DestinationExistsException">The destination is there and is not to be overwritten.</exception>
    /// <exception cref="NotSupportedOperationException">Nobody can do it.</exception>
    /// <exception cref="ToolNotFoundException">qemu-img is needed and not there.</exception>
    /// <exception cref="NoSpaceException">The destination's file system is full.</exception>
    public async Task<ImageConversionResult> ConvertAsync(ConversionRequest request, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        request = request with
        {
            SourcePath = Path.GetFullPath(request.SourcePath),
            DestinationPath = Path.GetFullPath(request.DestinationPath),
            MaxBytesPerSecond = request.MaxBytesPerSecond ?? _context.Options.VolumeCopyBytesPerSecond,
        };
        string subject = request.ImageId ?? request.SourcePath;
        ConversionDestination.Check(request.SourcePath, request.DestinationPath);
        ConversionDestination.RefuseImageService(request.DestinationPath, _context.Options.LocalImageDirectory);
        SourceState? before = FileIdentity.TryOf(request.SourcePath) is { IsRegularFile: true } ? SourceState.Of(request.SourcePath) : null;
        ConversionPlan plan = ConversionPlanner.Plan(request, InspectSource(request, cancellationToken));
        if (plan.NeedsQemuImg)
        {
            new QemuImg(_context).EnsureAvailable();
        }

        using PartialFile partial = PartialFile.Create(request.DestinationPath, request.Force);
        ConversionDestination.CheckSpace(request.DestinationPath, plan.RequiredBytes);
        await RunAsync(plan, partial, cancellationToken).ConfigureAwait(false);
        SourceState.RequireUnchanged(request.SourcePath, before);
        new ResultInspection(_context).Check(partial.TemporaryPath, plan, subject, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        partial.Commit();

        ImageConversionResult result = Describe(request, plan, watch.Elapsed);
        _context.Log.Verbose(string.Create(
            CultureInfo.InvariantCulture,
            $"Converted {result.VirtualSize / 1e6:0.00} MB image at {result.AverageBytesPerSecond / 1e6:0.00} MB/s."));
        return result;
    }

    private static ImageConversionResult Describe(ConversionRequest request, ConversionPlan plan, TimeSpan duration) => new()
    {
        Path = request.DestinationPath,
        SourcePath = request.SourcePath,
        SourceImageId = request.ImageId,
        SourceFormat = plan.Source.Format.Name,
        Format = plan.OutputFormat.Name,
        VirtualSize = plan.VirtualSize,
        BytesRead = plan.SourceLength,
        BytesWritten = FileIdentity.Of(request.DestinationPath)?.AllocatedBytes ?? 0,
        Engine = plan.EngineName,
        Duration = duration,
        AverageBytesPerSecond = TransferRate.BytesPerSecond(plan.VirtualSize, duration),
    };

    private SourceFile InspectSource(ConversionRequest request, CancellationToken cancellationToken)
    {
        ImageInspection inspection = _context.Inspector.Inspect(
            request.SourcePath,
            new InspectionRequest
            {
                ClaimedFormat = request.SourceFormat,
                AllowedVmdkTypes = _context.Options.VmdkAllowedTypes,
                IgnoreChecks = request.IgnoreChecks.Except(NeverIgnored, StringComparer.OrdinalIgnoreCase).ToArray(),
                VolumeSizeBytes = request.VolumeSizeBytes,
                ImageId = request.ImageId,
            },
            cancellationToken).ThrowIfUnacceptable();
        FileIdentity? identity = FileIdentity.Of(request.SourcePath);
        if (identity is { Kind: FileKind.BlockDevice })
        {
            throw new NotSupportedOperationException($"'{request.SourcePath}' is a block device; this version converts files only.");
        }

        using SafeFileHandle handle = File.OpenHandle(request.SourcePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return new SourceFile(inspection.Facts, RandomAccess.GetLength(handle), identity?.AllocatedBytes ?? 0);
    }

    private async Task RunAsync(ConversionPlan plan, PartialFile partial, CancellationToken cancellationToken)
    {
        string activity = $"Converting {Path.GetFileName(plan.Source.Path)} to {plan.OutputFormat}";
        void Report(long done) => _context.Progress?.Report(new OperationProgress(activity, done, plan.VirtualSize));
        try
        {
            if (plan.NeedsQemuImg)
            {
                await new QemuImgEngine(_context).RunAsync(plan, partial.TemporaryPath, Report, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await ManagedEngine.RunAsync(plan, partial.TemporaryPath, Report, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (IOException e) when (DiskSpace.IsNoSpace(e))
        {
            throw ConversionDestination.NoSpace(partial.DestinationPath, e);
        }
        catch (ToolFailedException e) when (e.StandardError.Contains("No space left", StringComparison.Ordinal)
            || e.StandardError.Contains("Disk quota exceeded", StringComparison.Ordinal))
        {
            throw ConversionDestination.NoSpace(partial.DestinationPath, e);
        }
        catch (ToolFailedException e)
        {
            throw new ConversionFailedException(plan.Source.Path, e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConversionFailedException(plan.Source.Path, e.Message, e);
        }
    }
}
