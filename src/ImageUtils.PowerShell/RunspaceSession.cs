using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using ImageUtils.Configuration;
using ImageUtils.Safety;
using ImageUtils.Services.Local;
using ImageUtils.Transfer;

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

    /// <summary>The options that were set in this session.</summary>
    public OptionSet SetOptions { get; set; } = OptionSet.Empty;

    /// <summary>The options that this session took from a cinder.conf.</summary>
    public OptionSet ImportedOptions { get; set; } = OptionSet.Empty;

    /// <summary>The options as they are now, from every source.</summary>
    /// <returns>The options.</returns>
    public ImageUtilsOptions LoadOptions() => LoadOptionsWithSources().Options;

    /// <summary>The options as they are now, and where each came from.</summary>
    /// <returns>The options with their sources.</returns>
    public LoadedOptions LoadOptionsWithSources() => OptionsLoader.LoadWithSources(Environment.GetEnvironmentVariable, SetOptions, ImportedOptions);

    /// <summary>The connection a cmdlet works with.</summary>
    /// <param name="given">The one the user handed to the cmdlet, or null.</param>
    /// <returns>That one, else the runspace's, else the local default.</returns>
    public ImageServiceConnection Choose(ImageServiceConnection? given) =>
        given ?? Connection ?? new ImageServiceConnection(OpenFolder(LoadOptions().LocalImageDirectory, certificates: null), isDefault: true);

    /// <summary>Makes the image service of a folder; what is uploaded there is judged by the session's options of that moment.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="certificates">The folder of signers' certificates, or null.</param>
    /// <returns>The service.</returns>
    public LocalImageService OpenFolder(string folder, string? certificates) => new(folder, new RunningCommandLog())
    {
        CertificateDirectory = certificates,
        UploadInspector = new UploadInspector(new ImageInspector(), LoadOptions),
    };
}
