using System.Management.Automation.Runspaces;
using ImageUtils.Errors;
using ImageUtils.Services.Identity;

namespace ImageUtils.PowerShell.Completers;

/// <summary>Completes the clouds of clouds.yaml.</summary>
public sealed class CloudCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tooltip)> Names(string parameterName)
    {
        try
        {
            return CloudProfiles.Names(CloudEnvironment.Current(Location())).Select(name => (name, $"The cloud {name} of clouds.yaml"));
        }
        catch (ImageUtilsException)
        {
            return [];
        }
    }

    // The process stands elsewhere than the session.
    private static string? Location()
    {
        try
        {
            return Runspace.DefaultRunspace?.SessionStateProxy.Path.CurrentFileSystemLocation.ProviderPath;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
