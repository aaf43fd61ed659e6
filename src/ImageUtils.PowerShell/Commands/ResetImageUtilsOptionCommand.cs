using System.Management.Automation;
using ImageUtils.Configuration;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Takes settings away from this session, from the user's file or from both, also what came from a cinder.conf.</summary>
[Cmdlet(VerbsCommon.Reset, "ImageUtilsOption", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class ResetImageUtilsOptionCommand : OptionCommand
{
    private const string AllScopes = "All";

    private readonly List<string> _names = [];

    /// <summary>The names of options; wildcards are expanded. Without it all are reset.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(OptionNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Where the settings are taken away: Session, User or All, which is both.</summary>
    [Parameter]
    [ValidateSet(SessionScope, UserScope, AllScopes)]
    public string Scope { get; set; } = SessionScope;

    /// <inheritdoc/>
    protected override void ProcessRecord() => _names.AddRange(Name.Length > 0 ? Name : ["*"]);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        OptionDefinition[] definitions = [.. Find(_names).Where(definition => ShouldProcess(definition.Name, $"Reset ({Scope})"))];
        if (definitions.Length == 0)
        {
            return;
        }

        if (!string.Equals(Scope, SessionScope, StringComparison.OrdinalIgnoreCase))
        {
            Attempt(target: null, () => UpdateFile(OptionSet.Empty, definitions, imported: null));
        }

        if (!string.Equals(Scope, UserScope, StringComparison.OrdinalIgnoreCase))
        {
            Session.SetOptions = definitions.Aggregate(Session.SetOptions, (options, definition) => options.Without(definition));
            Session.ImportedOptions = definitions.Aggregate(Session.ImportedOptions, (options, definition) => options.Without(definition));
        }
    }
}
