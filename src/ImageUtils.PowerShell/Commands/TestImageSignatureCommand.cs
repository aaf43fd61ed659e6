using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;
using ImageUtils.Transfer.Signatures;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Says whether data are those that the owner of an image signed. No file is ever removed.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ImageSignature")]
[OutputType(typeof(ImageSignatureResult), typeof(bool))]
public sealed class TestImageSignatureCommand : OperationCommand
{
    /// <summary>The image whose signature it is.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SourceImageId")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string ImageId { get; set; } = string.Empty;

    /// <summary>Files with the data; without them the image service's own data are read, and not kept.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>The certificate, whatever id the image names; without it, it is looked for by its id.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CertificatePath { get; set; }

    /// <summary>Emit true or false only.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>The image service; without it the runspace's connection.</summary>
    [Parameter]
    public ImageServiceConnection? ImageService { get; set; }

    /// <inheritdoc/>
    protected override object? Input => ImageId;

    /// <inheritdoc/>
    protected override void Process()
    {
        ImageSignatureTester tester = new(Operations, Session.Choose(ImageService).Service);
        SignatureTestRequest request = new()
        {
            ImageId = ImageId,
            CertificatePath = CertificatePath is null ? null : FileSystemPath.Unresolved(SessionState, CertificatePath),
        };
        if (LiteralPath is null)
        {
            RunItem(ImageId, token => TestAsync(tester, request, token));
            return;
        }

        foreach (string path in LiteralPath)
        {
            SignatureTestRequest one = request with { Path = FileSystemPath.Unresolved(SessionState, path) };
            RunItem(path, token => TestAsync(tester, one, token));
        }
    }

    private async Task TestAsync(ImageSignatureTester tester, SignatureTestRequest request, CancellationToken token)
    {
        ImageSignatureResult result = await tester.TestAsync(request, token).ConfigureAwait(false);
        if (Quiet)
        {
            Emit(result.IsValid);
        }
        else if (result.Path is null)
        {
            Emit(result);
        }
        else
        {
            EmitFile(result, result.Path);
        }
    }
}
