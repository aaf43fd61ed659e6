using System.Diagnostics;
using System.Globalization;
using ImageUtils.Configuration;
using ImageUtils.Errors;
using ImageUtils.Formats;
using ImageUtils.Operations;
using ImageUtils.Privilege;
using ImageUtils.Qemu;
using ImageUtils.Safety;
using ImageUtils.Storage;

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
        EncryptionRules.RequireForResult(request);
        if (ConversionPlanner.NeedsQemuImg(sourceFormat, request))
        {
            new QemuImg(_context).EnsureAvailable();
        }
    }

    /// <inheritdoc/>
    public void EnsureRoom(ImageFacts facts, long length, ConversionRequest request)
    {
        // Which zeros are holes nobody says of data that are elsewhere, so only what is taken in any case counts.
        ConversionPlan plan = ConversionPlanner.Plan(request, new SourceFile(facts, length, AllocatedBytes: 0));
        using IConversionTarget target = ConversionDestination.Open(request, _context);
        target.CheckRoom(plan, request.ImageId ?? request.SourcePath);
    }

    /// <inheritdoc/>
    /// <exception cref="PathNotFoundException">The source, or the destination's folder, is not there.</exception>
    /// <exception cref="DestinationIsSourceException">Source and destination are one file, also through a link, or share a device.</exception>
    /// <exception cref="DestinationUnwritableException">The destination is a file of the local image service, or cannot be written.</exception>
    /// <exception cref="DestinationExistsException">The destination is there and is not to be overwritten.</exception>
    /// <exception cref="DeviceNotFoundException">The destination is a device that is not there.</exception>
    /// <exception cref="DeviceBusyException">The destination is a device that somebody uses.</exception>
    /// <exception cref="ImageTooBigException">The destination is a device that is too small.</exception>
    /// <exception cref="InvalidPassphraseException">A passphrase is missing.</exception>
    /// <exception cref="WrongPassphraseException">The passphrase does not open the source.</exception>
    /// <exception cref="NotSupportedOperationException">Nobody can do it.</exception>
    /// <exception cref="ToolNotFoundException">qemu-img is needed and not there.</exception>
    /// <exception cref="RootHelperUnavailableException">Root is needed, and the root helper cannot be used.</exception>
    /// <exception cref="NoSpaceException">The destination's file system is full.</exception>
    /// <exception cref="TimedOutException">The time limit of the options ran out.</exception>
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
        await TemporaryOwnership.UndoLeftAsync(_context, cancellationToken).ConfigureAwait(false);
        using RootImageReader? reader = RootImageReader.OpenWhereNeeded(_context, request.SourcePath, request.RunAsRoot);
        bool needsRoot = ConversionDestination.NeedsRoot(request, _context);
        ConversionDestination.Check(request.SourcePath, request.DestinationPath, reader?.File.Identity, isHidden: needsRoot);
        ConversionDestination.RefuseImageService(request.DestinationPath, _context.Options.LocalImageDirectory);
        EncryptionRules.RequireForResult(request);
        SourceState? before = reader is null ? SourceState.Of(request.SourcePath) : SourceState.Of(reader.File, request.SourcePath);
        SourceFile source = InspectSource(request, reader, cancellationToken);
        EncryptionRules.RequireForSource(request, source.Facts);
        ConversionPlan plan = ConversionPlanner.Plan(reader is null && !needsRoot ? request : ForRoot(request), source);
        if (plan.NeedsQemuImg)
        {
            new QemuImg(_context).EnsureAvailable();
        }

        using IConversionTarget target = ConversionDestination.Open(request, _context);
        target.RefuseSource(before);
        target.CheckRoom(plan, subject);
        try
        {
            await RunAsync(plan, target, new ConversionSecrets(request.SourcePassphrase, request.Passphrase), cancellationToken).ConfigureAwait(false);
            SourceState.RequireUnchanged(request.SourcePath, before, reader);
            new ResultInspection(_context).Check(target, plan, subject, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            target.Commit();
        }
        catch
        {
            // Also where it was cancelled: nobody may take a device for what it was.
            if (target.StateAfterFailure() is { } state)
            {
                _context.Log.Warning(state);
            }

            throw;
        }

        ImageConversionResult result = Describe(request, plan, target.BytesTaken(plan), watch.Elapsed);
        _context.Log.Verbose(string.Create(
            CultureInfo.InvariantCulture,
            $"Converted {result.VirtualSize / 1e6:0.00} MB image at {result.AverageBytesPerSecond / 1e6:0.00} MB/s."));
        return result;
    }

    private static ImageConversionResult Describe(ConversionRequest request, ConversionPlan plan, long written, TimeSpan duration) => new()
    {
        Path = request.DestinationPath,
        SourcePath = request.SourcePath,
        SourceImageId = request.ImageId,
        SourceFormat = plan.Source.Format.Name,
        Format = plan.OutputFormat.Name,
        VirtualSize = plan.VirtualSize,
        BytesRead = plan.SourceLength,
        BytesWritten = written,
        Engine = plan.EngineName,
        Duration = duration,
        AverageBytesPerSecond = TransferRate.BytesPerSecond(plan.VirtualSize, duration),
    };

    /// <summary>Behind the root helper the program that converts is qemu-img, whose rules administrators know; we only read there.</summary>
    private static ConversionRequest ForRoot(ConversionRequest request) => request.Engine == ConversionEngineChoice.Managed
        ? throw new NotSupportedOperationException($"Only root may read '{request.SourcePath}', or write '{request.DestinationPath}': qemu-img converts it behind the root helper, the managed engine cannot.")
        : request with { Engine = ConversionEngineChoice.QemuImg };

    private SourceFile InspectSource(ConversionRequest request, RootImageReader? asRoot, CancellationToken cancellationToken)
    {
        var question = new InspectionRequest
        {
            ClaimedFormat = request.SourceFormat,
            AllowedVmdkTypes = _context.Options.VmdkAllowedTypes,
            IgnoreChecks = request.IgnoreChecks.Except(NeverIgnored, StringComparer.OrdinalIgnoreCase)
                .Concat(request.SourcePassphrase is null ? [] : new[] { CheckNames.KeyDerivation })
                .ToArray(),
            VolumeSizeBytes = request.VolumeSizeBytes,
            ImageId = request.ImageId,
        };
        if (asRoot is not null)
        {
            ImageFacts facts = _context.Inspector.Inspect(asRoot, question, cancellationToken).ThrowIfUnacceptable().Facts;
            FileIdentity identity = asRoot.File.Identity;
            return Describe(request.SourcePath, facts, asRoot.Length, identity);
        }

        ImageInspection inspection = _context.Inspector.Inspect(request.SourcePath, question, cancellationToken).ThrowIfUnacceptable();
        using FileImageReader reader = FileImageReader.Open(request.SourcePath);
        return Describe(request.SourcePath, inspection.Facts, reader.Length, reader.Identity);
    }

    private SourceFile Describe(string path, ImageFacts facts, long length, FileIdentity? identity)
    {
        bool isDevice = identity is { Kind: FileKind.BlockDevice };
        if (isDevice && BlockDevice.Look(path) is { } device && new BlockDeviceUse().Find(device) is { } use)
        {
            _context.Log.Warning($"'{path}' is read although {use} What changes meanwhile may not fit together.");
        }

        // A device has no holes that it would tell of.
        long allocated = isDevice ? length : identity?.AllocatedBytes ?? 0;
        return new SourceFile(facts, length, allocated) { IsDevice = isDevice };
    }

    private async Task RunAsync(ConversionPlan plan, IConversionTarget target, ConversionSecrets secrets, CancellationToken cancellationToken)
    {
        string activity = $"Converting {Path.GetFileName(plan.Source.Path)} to {plan.OutputFormat}";
        void Report(long done) => _context.Progress?.Report(new OperationProgress(activity, done, plan.VirtualSize));
        try
        {
            if (plan.NeedsQemuImg)
            {
                await new QemuImgEngine(_context).RunAsync(plan, target, secrets, Report, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await ManagedEngine.RunAsync(plan, target, _context.Options.VolumeDdBlockSize, Report, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is ToolFailedException or IOException or UnauthorizedAccessException)
        {
            throw ConversionTrouble.Explain(e, plan, target);
        }
    }
}
