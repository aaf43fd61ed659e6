using System.Management.Automation;
using ImageUtils.Errors;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.Storage;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Removes temporary files that were left in the image conversion directory.</summary>
[Cmdlet(VerbsCommon.Clear, "ImageConversionDirectory", SupportsShouldProcess = true)]
[OutputType(typeof(RemovedTemporaryFile))]
public sealed class ClearImageConversionDirectoryCommand : OperationCommand
{
    /// <summary>The name that the names of the files end in; without it, the option BackendName.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? BackendName { get; set; }

    /// <summary>Only files that were not written for so long.</summary>
    [Parameter]
    public TimeSpan? OlderThan { get; set; }

    /// <summary>Also files that a running process uses.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Emit what was removed.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        ConversionDirectoryCleaner cleaner = new(Operations.Options, this);
        CleanUpRequest request = new() { BackendName = BackendName, OlderThan = OlderThan, Force = Force };
        IReadOnlyList<RemovedTemporaryFile> files = [];
        RunItem(cleaner.FolderPath, _ =>
        {
            files = cleaner.Find(request);
            return Task.CompletedTask;
        });
        foreach (RemovedTemporaryFile file in files)
        {
            if (!StopToken.IsCancellationRequested && ShouldProcess(file.Path, "Remove temporary file"))
            {
                Remove(cleaner, file);
            }
        }
    }

    private void Remove(ConversionDirectoryCleaner cleaner, RemovedTemporaryFile file)
    {
        try
        {
            cleaner.Remove(file);
        }
        catch (RemovalFailedException e)
        {
            WriteError(ErrorRecords.From(e, file.Path));
            return;
        }

        if (PassThru)
        {
            WriteObject(WithPSPath(file, file.Path));
        }
    }
}
