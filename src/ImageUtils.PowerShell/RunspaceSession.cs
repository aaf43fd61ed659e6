using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using ImageUtils.Configuration;
using ImageUtils.Services.Local;

namespace ImageUtils.PowerShell;

/// <summary>
/// What belongs to one runspace: its default connection and its options. Each runspace of ForEach-Object -Parallel has
/// one of its own, and it goes away with the runspace.
/// </summary>
public sealed class RunspaceSession
{
    private static readonly ConditionalWeakTable<Runspace, RunspaceSession> Sessions = [];

    private RunspaceSession()
    {
    }

    /// <summary>The session of the runspace whose thread calls.</summary>
    public static RunspaceSession Current => Sessions.GetValue(Runspace.DefaultRunspace, _ => new RunspaceSession());

    /// <summary>The connection that the user made; null: none, the local default stands in.</summary>
    public ImageServiceConnection? Connection { get; set; }

    /// <summary>The options as they are now: the environment, else the defaults.</summary>
    /// <returns>The options.</returns>
    public static ImageUtilsOptions LoadOptions() => OptionsLoader.Load(Environment.GetEnvironmentVariable);

    /// <summary>The connection a cmdlet works with.</summary>
    /// <param name="given">The one the user handed to the cmdlet, or null.</param>
    /// <returns>That one, else the runspace's, else the local default.</returns>
    public ImageServiceConnection Choose(ImageServiceConnection? given) =>
        given ?? Connection ?? new ImageServiceConnection(new LocalImageService(LoadOptions().LocalImageDirectory), isDefault: true);
}
