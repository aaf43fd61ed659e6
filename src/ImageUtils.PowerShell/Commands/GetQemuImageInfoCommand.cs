using System.Management.Automation;
using ImageUtils.Configuration;
using ImageUtils.Operations;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Says what an image is: format, sizes, backing file and all that its header tells.</summary>
[Cmdlet(VerbsCommon.Get, "QemuImageInfo", DefaultParameterSetName = PathSet)]
[OutputType(typeof(QemuImageInfo))]
public sealed class GetQemuImageInfoCommand : PathCommand
{
    /// <summary>The format to read it as, where the content shall not decide.</summary>
    [Parameter]
    [ValidateDiskFormat]
    [ArgumentCompleter(typeof(DiskFormatCompleter))]
    public string? ImageFormat { get; set; }

    /// <summary>Read it although another program has it open for writing.</summary>
    [Parameter]
    public SwitchParameter ForceShare { get; set; }

    /// <summary>Let qemu-img look at a qcow2 image that has a backing file.</summary>
    [Parameter]
    public SwitchParameter AllowBackingFile { get; set; }

    /// <summary>Emit the image and every backing file below it.</summary>
    [Parameter]
    public SwitchParameter BackingChain { get; set; }

    /// <summary>Who answers: our parser, or qemu-img.</summary>
    [Parameter]
    public ConversionEngineChoice Engine { get; set; }

    /// <summary>Run qemu-img through the root helper.</summary>
    [Parameter]
    public SwitchParameter RunAsRoot { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        ImageInfoReader reader = new(Operations);
        BackingChainReader chains = new(Operations);
        foreach (string path in ResolvePaths())
        {
            RunItem(path, BackingChain
                ? token => EmitChainAsync(chains, path, token)
                : async token => EmitFile(await reader.ReadAsync(Request(path), token).ConfigureAwait(false), path));
        }
    }

    private async Task EmitChainAsync(BackingChainReader chains, string path, CancellationToken token)
    {
        await foreach (QemuImageInfo link in chains.ReadAsync(Request(path), token).ConfigureAwait(false))
        {
            EmitFile(link, link.Path);
        }
    }

    private ImageInfoRequest Request(string path) => new()
    {
        Path = path,
        ImageFormat = ImageFormat is null ? null : DiskFormat.Parse(ImageFormat),
        ForceShare = ForceShare,
        AllowBackingFile = AllowBackingFile,
        Engine = Engine,
        RunAsRoot = RunAsRoot,
    };
}
