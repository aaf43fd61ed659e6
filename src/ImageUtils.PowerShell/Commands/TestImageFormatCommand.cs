using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;
using ImageUtils.Safety;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Judges whether an image is what it claims to be and safe to use, with the evidence for each check.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ImageFormat", DefaultParameterSetName = PathSet)]
[OutputType(typeof(ImageFormatResult), typeof(bool))]
public sealed class TestImageFormatCommand : PathCommand
{
    /// <summary>The format the image is claimed to be.</summary>
    [Parameter]
    [ValidateDiskFormat(AllowMachineImage = true)]
    [ArgumentCompleter(typeof(DiskFormatCompleter))]
    public string? ClaimedFormat { get; set; }

    /// <summary>Accept a qcow2 image that has a backing file.</summary>
    [Parameter]
    public SwitchParameter AllowBackingFile { get; set; }

    /// <summary>Accept LUKS where raw is claimed.</summary>
    [Parameter]
    public SwitchParameter AllowLuks { get; set; }

    /// <summary>The VMDK types to accept instead of those of the options.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[]? AllowedVmdkType { get; set; }

    /// <summary>Names of checks that shall not lead to a refusal.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CheckNameCompleter))]
    public string[] IgnoreCheck { get; set; } = [];

    /// <summary>How much of the image is read.</summary>
    [Parameter]
    public InspectionDepth Depth { get; set; }

    /// <summary>The size of the volume it must fit in, in whole GiB.</summary>
    [Parameter]
    [WholeGibibytes(BytesParameter = nameof(VolumeSizeBytes))]
    public long? VolumeSizeGB { get; set; }

    /// <summary>The size of the volume it must fit in, in bytes.</summary>
    [Parameter]
    [SizeTransformation]
    public long? VolumeSizeBytes { get; set; }

    /// <summary>Emit true or false only.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private InspectionRequest Request { get; set; } = InspectionRequest.Default;

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (Array.Find(IgnoreCheck, name => !CheckNames.All.Contains(name, StringComparer.Ordinal)) is { } unknown)
        {
            throw new ArgumentException($"'{unknown}' is not the name of a check. Known names: {string.Join(", ", CheckNames.All)}.");
        }

        Request = new InspectionRequest
        {
            ClaimedFormat = ClaimedFormat,
            AllowBackingFile = AllowBackingFile,
            AllowLuks = AllowLuks,
            AllowedVmdkTypes = AllowedVmdkType ?? Operations.Options.VmdkAllowedTypes,
            IgnoreChecks = IgnoreCheck,
            Depth = Depth,
            VolumeSizeBytes = SizeParameters.ToBytes(this, VolumeSizeGB, VolumeSizeBytes, nameof(VolumeSizeGB)),
        };
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (string path in ResolvePaths())
        {
            RunItem(path, token =>
            {
                Show(path, ImageFormatResult.From(path, ClaimedFormat, Operations.Inspector.Inspect(path, Request, token)));
                return Task.CompletedTask;
            });
        }
    }

    private void Show(string path, ImageFormatResult result)
    {
        if (Quiet)
        {
            Emit(result.IsAcceptable);
            return;
        }

        if (!result.IsAcceptable)
        {
            IEnumerable<string> reasons = result.Checks
                .Where(check => check.Outcome == CheckOutcome.Failed)
                .Select(check => $"{check.Reason} [{check.Name}]");
            Post(() => WriteWarning($"'{path}' is not acceptable: {string.Join(" ", reasons)}"));
        }

        EmitFile(result, path);
    }
}
