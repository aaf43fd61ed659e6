using System.Management.Automation;
using System.Security;
using ImageUtils.Errors;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.Services.Glance;
using ImageUtils.Services.Http;
using ImageUtils.Services.Identity;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Chooses the image service that this runspace works with.</summary>
[Cmdlet(VerbsCommunications.Connect, "ImageService", DefaultParameterSetName = CloudSet)]
[OutputType(typeof(ImageServiceConnection))]
public sealed partial class ConnectImageServiceCommand : OperationCommand, IDynamicParameters
{
    private readonly TransportParameters _transport = new(EndpointSet, AuthUrlSet, CloudSet);

    private string? CertificateFolder => CertificateDirectory is null ? null : FileSystemPath.Unresolved(SessionState, CertificateDirectory);

    /// <inheritdoc/>
    public object GetDynamicParameters() => _transport.Declared;

    /// <inheritdoc/>
    protected override void Process()
    {
        if (string.Equals(ParameterSetName, LocalSet, StringComparison.Ordinal))
        {
            ConnectFolder();
            return;
        }

        // A script must not go on with another service than the one it named.
        object target = (object?)Endpoint ?? (object?)AuthUrl ?? Cloud ?? "OS_CLOUD";
        try
        {
            Run(ConnectAsync);
        }
        catch (Exception e) when (e is ImageUtilsException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            Terminate(e, target);
        }
    }

    private void ConnectFolder()
    {
        string folder = FileSystemPath.Unresolved(SessionState, LocalDirectory);
        if (File.Exists(folder))
        {
            Terminate(new ArgumentException($"'{folder}' is a file; a local image service is a folder."), LocalDirectory);
        }

        Keep(new ImageServiceConnection(RunspaceSession.Current.OpenFolder(folder, CertificateFolder)));
    }

    private async Task ConnectAsync(CancellationToken token)
    {
        RunningCommandLog.Follow(this);
        CloudConnectionSettings settings = ParameterSetName switch
        {
            EndpointSet => new CloudConnectionSettings { Identity = OfToken() },
            AuthUrlSet => new CloudConnectionSettings { Identity = WithParameters(new IdentitySettings { AuthUrl = ServiceAddress.Parse(AuthUrl!, "-AuthUrl") }) },
            _ => OfCloud(),
        };
        var service = new GlanceImageService(Complete(settings), new RunningCommandLog());
        try
        {
            await service.ConnectAsync(token).ConfigureAwait(false);
        }
        catch
        {
            service.Dispose();
            throw;
        }

        Post(() => Keep(new ImageServiceConnection(service)));
    }

    private void Keep(ImageServiceConnection connection)
    {
        Session.Connection = connection;
        WriteObject(connection);
    }

    private CloudConnectionSettings OfCloud()
    {
        CloudEnvironment environment = CloudEnvironment.Current(SessionState.Path.CurrentFileSystemLocation.ProviderPath);
        CloudProfile profile = CloudProfiles.Load(Cloud, environment);
        return CloudConnectionSettings.From(profile) with { Identity = WithParameters(profile.Identity) };
    }

    private IdentitySettings OfToken() => Token is null ? new IdentitySettings() : new IdentitySettings().WithToken(Secret(Token));

    private IdentitySettings WithParameters(IdentitySettings identity)
    {
        identity = identity.WithProject(Project).WithDomains(ProjectDomain, UserDomain);
        return this switch
        {
            { Token: { } token } => identity.WithToken(Secret(token)),
            { ApplicationCredential: { } credential } => identity.WithApplicationCredential(credential.UserName, SecretText.Of(credential.Password), UserName),
            { Credential: { } credential } => identity.WithPassword(credential.UserName, SecretText.Of(credential.Password)),
            _ when string.Equals(ParameterSetName, AuthUrlSet, StringComparison.Ordinal) =>
                throw new NotAuthorizedException(AuthUrl!, "no -Credential, -ApplicationCredential or -Token is given."),
            _ => identity,
        };
    }

    private CloudConnectionSettings Complete(CloudConnectionSettings settings) => settings with
    {
        ImageEndpoints = Endpoint is null ? settings.ImageEndpoints : [.. Endpoint.Select(endpoint => ServiceAddress.Parse(endpoint, "-Endpoint"))],
        ServiceIdentity = ServiceCredential is null
            ? null
            : settings.Identity.WithProject(ServiceProject).WithPassword(ServiceCredential.UserName, SecretText.Of(ServiceCredential.Password)),
        KeyManagerEndpoint = KeyManagerEndpoint is null ? settings.KeyManagerEndpoint : ServiceAddress.Parse(KeyManagerEndpoint, "-KeyManagerEndpoint"),
        CertificateDirectory = CertificateFolder,
        Region = Region ?? settings.Region,
        Interface = Interface is null ? settings.Interface : ServiceInterface.Parse(Interface),
        RetryCount = RetryCount ?? Operations.Options.RetryCount,
        Transport = _transport.Over(settings.Transport, SessionState),
    };

    private static SecretText Secret(SecureString token)
    {
        using SecretText plain = SecretText.Of(token);
        return TokenText.Parse(plain.Reveal(), "-Token");
    }
}
