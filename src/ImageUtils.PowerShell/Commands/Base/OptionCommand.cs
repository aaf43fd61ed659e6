using System.Management.Automation;
using ImageUtils.Configuration;
using ImageUtils.Errors;

namespace ImageUtils.PowerShell.Commands.Base;

/// <summary>
/// A cmdlet about the settings themselves. It must work while one of them is broken, so nothing is loaded before it is needed.
/// </summary>
public abstract class OptionCommand : AsyncCommand
{
    /// <summary>The settings of this runspace.</summary>
    protected const string SessionScope = "Session";

    /// <summary>The settings in the user's file.</summary>
    protected const string UserScope = "User";

    /// <summary>The state of this runspace.</summary>
    protected RunspaceSession Session { get; } = RunspaceSession.Current;

    /// <summary>Finds options by name; each name that fits none and has no wildcard is one non-terminating error.</summary>
    /// <param name="names">Names, with wildcards or without.</param>
    /// <returns>The options, in the order in which they are shown.</returns>
    protected IReadOnlyList<OptionDefinition> Find(IEnumerable<string> names)
    {
        HashSet<OptionDefinition> found = [];
        foreach (string name in names)
        {
            WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
            OptionDefinition[] fitting = [.. OptionDefinitions.All.Where(definition => pattern.IsMatch(definition.Name))];
            found.UnionWith(fitting);
            if (fitting.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(ErrorRecords.From(new OptionNotFoundException(name), name));
            }
        }

        return [.. OptionDefinitions.All.Where(found.Contains)];
    }

    /// <summary>Does something that may meet a broken setting or file; that ends the cmdlet.</summary>
    /// <param name="target">The input, for the error record.</param>
    /// <param name="work">The work.</param>
    protected void Attempt(object? target, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is ImageUtilsException or ArgumentException)
        {
            ThrowTerminatingError(ErrorRecords.From(e, target));
        }
    }

    /// <summary>Changes the user's file, waiting for others that do.</summary>
    /// <param name="set">Options to set.</param>
    /// <param name="remove">Options to take away.</param>
    /// <param name="imported">What a cinder.conf gave; null: an earlier import stays.</param>
    protected void UpdateFile(OptionSet set, IReadOnlyCollection<OptionDefinition> remove, OptionSet? imported)
    {
        UserOptionsFile file = UserOptionsFile.Find(Environment.GetEnvironmentVariable);
        Run(token => Task.Run(() => file.Update(set, remove, imported, token), token));
    }
}
