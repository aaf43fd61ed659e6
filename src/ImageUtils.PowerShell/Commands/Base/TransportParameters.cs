using System.Collections.ObjectModel;
using System.Management.Automation;
using ImageUtils.Services.Http;

namespace ImageUtils.PowerShell.Commands.Base;

/// <summary>
/// The parameters that say how servers are reached, declared once for all cmdlets that reach one. Each cmdlet has them in other
/// parameter sets, which attributes on shared properties could not say.
/// </summary>
internal sealed class TransportParameters
{
    private const int LongestTimeout = 86400;

    private readonly string[] _parameterSets;

    /// <summary>Declares them.</summary>
    /// <param name="parameterSets">The parameter sets they are in.</param>
    public TransportParameters(params string[] parameterSets)
    {
        _parameterSets = parameterSets;
        Add<string>("CACertificate", new ValidateNotNullOrEmptyAttribute());
        Add<string>("ClientCertificate", new ValidateNotNullOrEmptyAttribute());
        Add<string>("ClientKey", new ValidateNotNullOrEmptyAttribute());
        Add<SwitchParameter>("SkipCertificateCheck");
        Add<Uri>("Proxy");
        Add<int>("TimeoutSec", new ValidateRangeAttribute(1, LongestTimeout));
    }

    /// <summary>What a cmdlet hands to PowerShell as its dynamic parameters.</summary>
    public RuntimeDefinedParameterDictionary Declared { get; } = [];

    /// <summary>Lays what was given over settings.</summary>
    /// <param name="settings">The settings, for what was not given.</param>
    /// <param name="state">The session, from whose location files are named.</param>
    /// <returns>The settings.</returns>
    public TransportSettings Over(TransportSettings settings, SessionState state) => settings with
    {
        CaCertificatePath = File(state, "CACertificate") ?? settings.CaCertificatePath,
        ClientCertificatePath = File(state, "ClientCertificate") ?? settings.ClientCertificatePath,
        ClientKeyPath = File(state, "ClientKey") ?? settings.ClientKeyPath,
        SkipCertificateCheck = Given("SkipCertificateCheck") is SwitchParameter { IsPresent: true } || settings.SkipCertificateCheck,
        Proxy = Given("Proxy") as Uri ?? settings.Proxy,
        IdleTimeout = Given("TimeoutSec") is int seconds ? TimeSpan.FromSeconds(seconds) : settings.IdleTimeout,
    };

    private void Add<T>(string name, params ValidateArgumentsAttribute[] rules)
    {
        Collection<Attribute> attributes = [.. _parameterSets.Select(set => new ParameterAttribute { ParameterSetName = set }), .. rules];
        Declared.Add(name, new RuntimeDefinedParameter(name, typeof(T), attributes));
    }

    private object? Given(string name) => Declared[name] is { IsSet: true } parameter ? parameter.Value : null;

    private string? File(SessionState state, string name) => Given(name) is string path ? FileSystemPath.Unresolved(state, path) : null;
}
