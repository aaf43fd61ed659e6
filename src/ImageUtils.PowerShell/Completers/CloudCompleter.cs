using System.Management.Automation;
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

    // The process stands elsewhere than the session, and only a command of the session can say where.
    private static string? Location()
    {
        try
        {
            using System.Management.Automation.PowerShell shell = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
            return shell.AddCommand(@"Microsoft.PowerShell.Management\Get-Location").AddParameter("PSProvider", "FileSystem").Invoke<PathInfo>().FirstOrDefault()?.ProviderPath;
        }
        catch (Exception e) when (e is RuntimeException or InvalidOperationException)
        {
            return null;
        }
    }
}
