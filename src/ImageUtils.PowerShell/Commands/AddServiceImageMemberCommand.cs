using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.Services;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Shares images with projects.</summary>
[Cmdlet(VerbsCommon.Add, "ServiceImageMember", SupportsShouldProcess = true)]
[OutputType(typeof(ImageMember))]
public sealed class AddServiceImageMemberCommand : ServiceImageCommand
{
    /// <summary>The ids of the projects.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [Alias("ProjectId")]
    [ValidateNotNullOrEmpty]
    public string[] MemberId { get; set; } = [];

    /// <inheritdoc/>
    protected override void Prepare(ImageServiceConnection connection) => connection.Service.RequireMembers();

    /// <inheritdoc/>
    protected override void Process(ImageServiceConnection connection, string imageId)
    {
        foreach (string memberId in MemberId)
        {
            if (ShouldProcess($"image {imageId} in {connection}", $"Share with project {memberId}"))
            {
                RunItem(imageId, async token => Emit(await connection.Service.RequireMembers().AddAsync(imageId, memberId, token).ConfigureAwait(false)));
            }
        }
    }
}
