using System.Management.Automation;
using ImageUtils.Configuration;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.PowerShell.Commands.Base;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Sets options for this session or in the user's file, one by one or from a cinder.conf.</summary>
[Cmdlet(VerbsCommon.Set, "ImageUtilsOption", SupportsShouldProcess = true)]
[OutputType(typeof(ImageUtilsOption))]
public sealed partial class SetImageUtilsOptionCommand : OptionCommand, IOperationLog
{
    /// <summary>Where the values are kept: Session, for this runspace; User, in the user's file.</summary>
    [Parameter]
    [ValidateSet(SessionScope, UserScope)]
    public string Scope { get; set; } = SessionScope;

    /// <summary>A cinder.conf, or Glance's file, whose options are taken over; they are weaker than everything that was set itself.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? FromCinderConf { get; set; }

    /// <summary>Show the changed options as they count now.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private bool IsUserScope => string.Equals(Scope, UserScope, StringComparison.OrdinalIgnoreCase);

    void IOperationLog.Verbose(string message) => WriteVerbose(message);

    void IOperationLog.Warning(string message) => WriteWarning(message);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        OptionSet set = OptionSet.Empty;
        OptionSet? imported = null;
        foreach (OptionDefinition definition in OptionDefinitions.All)
        {
            if (MyInvocation.BoundParameters.TryGetValue(definition.Name, out object? value))
            {
                Attempt(value, () => set = Put(set, definition, value));
            }
        }

        if (FromCinderConf is { } path)
        {
            Attempt(path, () => imported = CinderConfImport.Read(FileSystemPath.Unresolved(SessionState, path), this));
        }

        if (set.Count == 0 && imported is null)
        {
            Attempt(target: null, () => throw new ArgumentException("Give at least one option, or -FromCinderConf."));
        }

        Apply(Agreed(set), imported is not null && ShouldProcess(FromCinderConf!, $"Take over {string.Join(", ", InOrder(imported))} ({Scope})") ? imported : null);
    }

    private static IEnumerable<OptionDefinition> InOrder(OptionSet options) => OptionDefinitions.All.Where(definition => options[definition] is not null);

    // Folders are meant from the session's location; a helper written as one text has several words.
    private OptionSet Put(OptionSet set, OptionDefinition definition, object? value) => (definition.Kind, value) switch
    {
        // An empty variable in a script would otherwise name the folder that the session stands in.
        (OptionKind.Folder or OptionKind.Program, "") => throw Empty(definition),
        (OptionKind.FolderList, string[] folders) when folders.Contains(string.Empty) => throw Empty(definition),
        (OptionKind.Folder, string folder) => set.With(definition, FileSystemPath.Unresolved(SessionState, folder)),
        (OptionKind.Program, string program) when program.AsSpan().ContainsAny('/', System.IO.Path.DirectorySeparatorChar) => set.With(definition, FileSystemPath.Unresolved(SessionState, program)),
        (OptionKind.FolderList, string[] folders) => set.With(definition, folders.Select(folder => FileSystemPath.Unresolved(SessionState, folder)).ToArray()),
        (OptionKind.Words, string[] { Length: 1 } words) => set.WithText(definition, words[0]),
        (_, { } given) => set.With(definition, given),
        _ => throw Empty(definition),
    };

    private static InvalidOptionException Empty(OptionDefinition definition) =>
        new(definition.Name, string.Empty, "it is empty. To take an option away, use Reset-ImageUtilsOption.");

    private OptionSet Agreed(OptionSet set)
    {
        foreach (OptionDefinition definition in InOrder(set))
        {
            string value = new ImageUtilsOption { Name = definition.Name, Value = set[definition], Source = OptionSource.Session, Description = string.Empty }.FormatValue();
            if (!ShouldProcess(definition.Name, $"Set to '{value}' ({Scope})"))
            {
                set = set.Without(definition);
            }
        }

        return set;
    }

    private void Apply(OptionSet set, OptionSet? imported)
    {
        if (set.Count == 0 && imported is null)
        {
            return;
        }

        if (IsUserScope)
        {
            Attempt(target: null, () => UpdateFile(set, remove: [], imported));
        }
        else
        {
            Session.SetOptions = Session.SetOptions.With(set);
            Session.ImportedOptions = imported ?? Session.ImportedOptions;
        }

        Attempt(target: null, () => Show(set, imported ?? OptionSet.Empty));
    }

    private void Show(OptionSet set, OptionSet imported)
    {
        LoadedOptions loaded = Session.LoadOptionsWithSources();
        OptionSource expected = IsUserScope ? OptionSource.UserFile : OptionSource.Session;
        foreach (OptionDefinition definition in InOrder(set.With(imported)))
        {
            ImageUtilsOption option = loaded.Show(definition);
            if (set[definition] is not null && option.Source != expected)
            {
                WriteWarning($"{option.Name} was set, but the value '{option.FormatValue()}' of the stronger source {option.Source} still counts in this session.");
            }

            if (PassThru)
            {
                WriteObject(option);
            }
        }
    }
}
