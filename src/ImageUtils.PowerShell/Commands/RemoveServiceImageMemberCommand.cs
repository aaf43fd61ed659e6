using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.Services;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Ends the sharing of images with projects.</summary>
[Cmdlet(VerbsCommon.Remove, "ServiceImageMember", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveServiceImageMemberCommand : ServiceImageCommand
{
    /// <summary>The ids of the projects.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
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
            if (ShouldProcess($"image {imageId} in {connection}", $"End the sharing with project {memberId}"))
            {
                RunItem(imageId, token => connection.Service.RequireMembers().RemoveAsync(imageId, memberId, token));
            }
        }
    }
}
