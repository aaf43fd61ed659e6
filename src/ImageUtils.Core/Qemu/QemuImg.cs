using System.Globalization;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Processes;

namespace ImageUtils.Qemu;

/// <summary>
/// Runs qemu-img. Whoever calls it has had the image passed by our inspector, and hands on the format that it found.
/// There is no second look for LUKS as in cinder's qemu_img_info: our inspector tells LUKS from raw by itself.
/// </summary>
public sealed class QemuImg
{
    /// <summary>The program's name.</summary>
    public const string ToolName = "qemu-img";

    /// <summary>A program that does not say its version in this time is none that could be used.</summary>
    private static readonly TimeSpan VersionPatience = TimeSpan.FromSeconds(10);

    private readonly OperationContext _context;

    /// <summary>Makes the adapter.</summary>
    /// <param name="context">Settings and ports.</param>
    public QemuImg(OperationContext context) => _context = context;

    /// <summary>True where the program is there.</summary>
    public bool IsAvailable => _context.Processes.Find(FileName) is not null;

    private string FileName => _context.Options.QemuImgPath ?? ToolName;

    /// <summary>Fails early where the program is not there.</summary>
    /// <exception cref="ToolNotFoundException">It is not there; the recommended action says how to get it.</exception>
    public void EnsureAvailable()
    {
        if (!IsAvailable)
        {
            throw NotFound();
        }
    }

    /// <summary>Asks what an image is.</summary>
    /// <param name="source">The image with the format that our inspector found.</param>
    /// <param name="forceShare">Read it although somebody has it open for writing.</param>
    /// <param name="runAsRoot">Through the root helper.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="ToolNotFoundException">There is no qemu-img.</exception>
    /// <exception cref="ToolFailedException">It failed, broke its limits, or did not answer with JSON.</exception>
    public async Task<QemuImgInfo> InfoAsync(QemuSource source, bool forceShare, bool runAsRoot, CancellationToken cancellationToken)
    {
        ProcessResult result = await RunLimitedAsync(QemuImgCommands.Info(source, forceShare), runAsRoot, cancellationToken).ConfigureAwait(false);
        return Understand(result, QemuImgInfoParser.Parse);
    }

    /// <summary>Asks how much space a new image would take.</summary>
    /// <param name="source">The image with the format that our inspector found.</param>
    /// <param name="outputFormat">The format of the new image; qemu-img knows the answer for raw and qcow2.</param>
    /// <param name="clusterSize">The clusters of the new image, in bytes; null: the format's default.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="ToolNotFoundException">There is no qemu-img.</exception>
    /// <exception cref="ToolFailedException">It failed, broke its limits, or did not answer with JSON.</exception>
    public async Task<QemuImgMeasure> MeasureAsync(QemuSource source, DiskFormat outputFormat, long? clusterSize, CancellationToken cancellationToken)
    {
        ProcessResult result = await RunLimitedAsync(QemuImgCommands.Measure(source, outputFormat, clusterSize), runAsRoot: false, cancellationToken).ConfigureAwait(false);
        return Understand(result, QemuImgMeasureParser.Parse);
    }

    /// <summary>Converts. The destination may be there already (empty) and is overwritten.</summary>
    /// <param name="run">What to convert, and how.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <returns>How it ended; exit code 0.</returns>
    /// <exception cref="ToolNotFoundException">There is no qemu-img.</exception>
    /// <exception cref="ToolFailedException">It failed, or broke the limits of the options.</exception>
    /// <exception cref="TimedOutException">The time limit of the options ran out.</exception>
    public async Task<ProcessResult> ConvertAsync(QemuImgRun run, CancellationToken cancellationToken)
    {
        var parser = new QemuImgProgressParser();
        QemuImgLimits limits = QemuImgLimits.ForConversion(_context.Options);
        ProcessRequest request = Request(QemuImgCommands.Convert(run.Conversion with { ShowProgress = run.OnPercentage is not null })) with
        {
            Prefix = run.Launcher is null ? run.Prefix : [.. run.Prefix, .. run.Launcher(limits.Limits?.AddressSpaceBytes)],
            Limits = run.Launcher is null ? limits.Limits : limits.WithoutAddressSpace,
            RunAsRoot = run.RunAsRoot,
            StandardInput = run.StandardInput,
            OnStarted = run.OnStarted,
            OnOutput = run.OnPercentage is null ? null : piece =>
            {
                if (parser.Feed(piece.Span) is { } percentage)
                {
                    run.OnPercentage(percentage);
                }
            },
        };
        return await RunAsync(limits, request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Changes the size of the disk inside an image.</summary>
    /// <param name="path">The image.</param>
    /// <param name="format">Its format.</param>
    /// <param name="sizeBytes">The new size in bytes.</param>
    /// <param name="shrink">Allow it to become smaller.</param>
    /// <param name="runAsRoot">Through the root helper.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <returns>A task that ends with the program.</returns>
    /// <exception cref="ToolNotFoundException">There is no qemu-img.</exception>
    /// <exception cref="ToolFailedException">It failed.</exception>
    public async Task ResizeAsync(string path, DiskFormat format, long sizeBytes, bool shrink, bool runAsRoot, CancellationToken cancellationToken)
    {
        QemuImgLimits limits = QemuImgLimits.ForConversion(_context.Options);
        ProcessRequest request = Request(QemuImgCommands.Resize(path, format, sizeBytes, shrink)) with { RunAsRoot = runAsRoot, Limits = limits.Limits };
        await RunAsync(limits, request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks for the version; the exit code does not matter, as in cinder.</summary>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <returns>The version; null: what it said is not understood.</returns>
    /// <exception cref="ToolNotFoundException">There is no qemu-img.</exception>
    /// <exception cref="TimedOutException">It did not answer within 10 seconds.</exception>
    public async Task<QemuImgVersion?> GetVersionAsync(CancellationToken cancellationToken) =>
        QemuImgVersion.FromOutput((await AskVersionAsync(cancellationToken).ConfigureAwait(false)).StandardOutput);

    /// <summary>Describes the program for users.</summary>
    /// <param name="minimumVersion">The oldest version that will do; null: any.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <returns>
    /// The tool, also where it is not there and no minimum was asked for. One that fails or does not say its version is not
    /// available; the log hears why.
    /// </returns>
    /// <exception cref="ArgumentException">The minimum is not a version.</exception>
    /// <exception cref="ToolNotFoundException">There is none, and a minimum was asked for.</exception>
    /// <exception cref="ToolTooOldException">It is older than the minimum, or does not say how old it is.</exception>
    public async Task<ImageTool> FindToolAsync(string? minimumVersion, CancellationToken cancellationToken)
    {
        QemuImgVersion? minimum = minimumVersion is null
            ? null
            : QemuImgVersion.Parse(minimumVersion) ?? throw new ArgumentException($"'{minimumVersion}' is not a version.", nameof(minimumVersion));
        string? path = _context.Processes.Find(FileName);
        if (path is null)
        {
            return minimum is null ? new ImageTool { Name = ToolName, IsAvailable = false } : throw NotFound();
        }

        (QemuImgVersion? version, string? trouble) = await TryVersionAsync(cancellationToken).ConfigureAwait(false);
        if (minimum is not null && version?.IsAtLeast(minimum) != true)
        {
            throw new ToolTooOldException(ToolName, version?.Text ?? "unknown", minimum.Text);
        }

        if (trouble is not null)
        {
            _context.Log.Warning($"'{path}' cannot be used as {ToolName}: {trouble}");
            return new ImageTool { Name = ToolName, Path = path, Version = version?.Text, IsAvailable = false };
        }

        return new ImageTool { Name = ToolName, Path = path, Version = version?.Text, IsAvailable = true, Features = QemuImgFeatures.Of(version) };
    }

    private static T Understand<T>(ProcessResult result, Func<string, T> parse)
    {
        try
        {
            return parse(result.StandardOutput);
        }
        catch (FormatException e)
        {
            throw ToolFailedException.NotUnderstood(result.CommandLine, result.ExitCode, result.StandardError, e.Message, e);
        }
    }

    private async Task<(QemuImgVersion? Version, string? Trouble)> TryVersionAsync(CancellationToken cancellationToken)
    {
        try
        {
            ProcessResult result = await AskVersionAsync(cancellationToken).ConfigureAwait(false);
            QemuImgVersion? version = QemuImgVersion.FromOutput(result.StandardOutput);
            string? trouble = version is null ? "it does not say its version." : null;
            return (version, result.ExitCode == 0 ? trouble : string.Create(CultureInfo.InvariantCulture, $"asked for its version, it ended with exit code {result.ExitCode}."));
        }
        catch (TimedOutException e)
        {
            return (null, e.Message);
        }
        catch (ToolNotFoundException e)
        {
            // It is there, and the system cannot run it.
            return (null, e.RecommendedAction ?? e.Message);
        }
    }

    private Task<ProcessResult> AskVersionAsync(CancellationToken cancellationToken) =>
        RunAsync(Request(QemuImgCommands.Version()) with { Timeout = VersionPatience }, cancellationToken);

    /// <summary>Runs what only reads an image, within the limits that keep a hostile one from taking all time and memory.</summary>
    private Task<ProcessResult> RunLimitedAsync(IReadOnlyList<string> words, bool runAsRoot, CancellationToken cancellationToken)
    {
        QemuImgLimits limits = QemuImgLimits.ForReading(_context.Options);
        return RunAsync(limits, Request(words) with { RunAsRoot = runAsRoot, ShowLocale = true, Limits = limits.Limits }, cancellationToken);
    }

    private async Task<ProcessResult> RunAsync(QemuImgLimits limits, ProcessRequest request, CancellationToken cancellationToken)
    {
        ProcessResult result = await RunAsync(request with { Timeout = limits.Timeout }, cancellationToken).ConfigureAwait(false);
        return result.ExitCode >= 0 ? result.ThrowIfFailed() : throw limits.Explain(result);
    }

    private async Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await _context.Processes.RunAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (ToolNotFoundException e) when (string.Equals(e.ToolName, FileName, StringComparison.Ordinal))
        {
            throw NotFound(e);
        }
    }

    private ProcessRequest Request(IReadOnlyList<string> words) => new() { FileName = FileName, Arguments = words };

    private ToolNotFoundException NotFound(ToolNotFoundException? e = null)
    {
        string where = e?.RecommendedAction ?? $"Looked for '{FileName}'{(_context.Options.QemuImgPath is null ? " on PATH" : string.Empty)}.";
        return new ToolNotFoundException(ToolName, e)
        {
            RecommendedAction = where + " Install it (Debian, Ubuntu: qemu-utils; Fedora, RHEL: qemu-img; Arch: qemu-img; macOS: brew install qemu; "
                + "Windows: winget install SoftwareFreedomConservancy.QEMU), or set the option QemuImgPath. Raw images need no qemu-img.",
        };
    }
}
