using System.Management.Automation;
using ImageUtils.Services.Http;

namespace ImageUtils.PowerShell.Commands.Base;

/// <summary>How servers are reached.</summary>
internal class TransportParameters : DeclaredParameters
{
    private const int LongestTimeout = 86400;

    /// <summary>Declares them.</summary>
    /// <param name="parameterSets">The parameter sets they are in.</param>
    public TransportParameters(params string[] parameterSets)
    {
        Add<string>("CACertificate", parameterSets, new ValidateNotNullOrEmptyAttribute());
        Add<string>("ClientCertificate", parameterSets, new ValidateNotNullOrEmptyAttribute());
        Add<string>("ClientKey", parameterSets, new ValidateNotNullOrEmptyAttribute());
        Add<SwitchParameter>("SkipCertificateCheck", parameterSets);
        Add<Uri>("Proxy", parameterSets);
        Add<int>("TimeoutSec", parameterSets, new ValidateRangeAttribute(1, LongestTimeout));
    }

    /// <summary>Lays what was given over settings.</summary>
    /// <param name="settings">The settings, for what was not given.</param>
    /// <param name="state">The session, from whose location files are named.</param>
    /// <returns>The settings.</returns>
    public TransportSettings Over(TransportSettings settings, SessionState state) => settings with
    {
        CaCertificatePath = File(state, "CACertificate") ?? settings.CaCertificatePath,
        ClientCertificatePath = File(state, "ClientCertificate") ?? settings.ClientCertificatePath,
        ClientKeyPath = File(state, "ClientKey") ?? settings.ClientKeyPath,
        SkipCertificateCheck = IsOn("SkipCertificateCheck") || settings.SkipCertificateCheck,
        Proxy = Given("Proxy") as Uri ?? settings.Proxy,
        IdleTimeout = Given("TimeoutSec") is int seconds ? TimeSpan.FromSeconds(seconds) : settings.IdleTimeout,
    };

    private string? File(SessionState state, string name) => Given(name) is string path ? FileSystemPath.Unresolved(state, path) : null;
}
