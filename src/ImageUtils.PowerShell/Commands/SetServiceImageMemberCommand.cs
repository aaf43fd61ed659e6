using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.Services;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Says, for the project that images were shared with, whether it takes them.</summary>
[Cmdlet(VerbsCommon.Set, "ServiceImageMember", SupportsShouldProcess = true)]
[OutputType(typeof(ImageMember))]
public sealed class SetServiceImageMemberCommand : ServiceImageCommand
{
    /// <summary>The answer.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateSet("accepted", "rejected", "pending")]
    public string Status { get; set; } = string.Empty;

    /// <summary>The id of the project; without it the project of the connection.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("ProjectId")]
    [ValidateNotNullOrEmpty]
    public string? MemberId { get; set; }

    /// <summary>Emit the member as it is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Prepare(ImageServiceConnection connection) => connection.Service.RequireMembers();

    /// <inheritdoc/>
    protected override void Process(ImageServiceConnection connection, string imageId)
    {
        string memberId = MemberId ?? connection.Service.Account?.ProjectId
            ?? throw new ArgumentException("The connection knows no project of its own: name one by -MemberId.");
        if (!ShouldProcess($"image {imageId} in {connection}", $"Set what project {memberId} says of it to {Status}"))
        {
            return;
        }

        RunItem(imageId, async token =>
        {
            ImageMember member = await connection.Service.RequireMembers().AnswerAsync(imageId, memberId, Status.ToLowerInvariant(), token).ConfigureAwait(false);
            if (PassThru)
            {
                Emit(member);
            }
        });
    }
}
