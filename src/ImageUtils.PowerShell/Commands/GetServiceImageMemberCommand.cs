using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.Services;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Shows the projects with which images are shared, and what they said of it.</summary>
[Cmdlet(VerbsCommon.Get, "ServiceImageMember")]
[OutputType(typeof(ImageMember))]
public sealed class GetServiceImageMemberCommand : ServiceImageCommand
{
    /// <inheritdoc/>
    protected override void Prepare(ImageServiceConnection connection) => connection.Service.RequireMembers();

    /// <inheritdoc/>
    protected override void Process(ImageServiceConnection connection, string imageId) => RunItem(imageId, async token =>
    {
        foreach (ImageMember member in await connection.Service.RequireMembers().ListAsync(imageId, token).ConfigureAwait(false))
        {
            Emit(member);
        }
    });
}
