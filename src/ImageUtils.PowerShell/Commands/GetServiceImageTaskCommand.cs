using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.Services;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Shows what the image service does and did with images on its own time, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "ServiceImageTask")]
[OutputType(typeof(ImageTask))]
public sealed class GetServiceImageTaskCommand : ServiceImageCommand
{
    /// <inheritdoc/>
    protected override void Prepare(ImageServiceConnection connection) => connection.Service.RequireImports();

    /// <inheritdoc/>
    protected override void Process(ImageServiceConnection connection, string imageId) => RunItem(imageId, async token =>
    {
        foreach (ImageTask task in await connection.Service.RequireImports().ListTasksAsync(imageId, token).ConfigureAwait(false))
        {
            Emit(task);
        }
    });
}
