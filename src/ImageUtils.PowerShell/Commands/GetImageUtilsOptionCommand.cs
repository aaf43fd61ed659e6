using System.Management.Automation;
using ImageUtils.Configuration;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Shows the settings as they count in this session, each with its source.</summary>
[Cmdlet(VerbsCommon.Get, "ImageUtilsOption")]
[OutputType(typeof(ImageUtilsOption))]
public sealed class GetImageUtilsOptionCommand : OptionCommand
{
    /// <summary>The names of options; wildcards are expanded. Without it all are shown.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(OptionNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        IReadOnlyList<OptionDefinition> definitions = Find(Name);
        Attempt(target: null, () =>
        {
            LoadedOptions loaded = Session.LoadOptionsWithSources();
            foreach (OptionDefinition definition in definitions)
            {
                WriteObject(loaded.Show(definition));
            }
        });
    }
}
