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
public sealed partial class ConnectImageServiceCommand : OperationCommand
{
    private const int IdLength = 32;

    private string? CertificateFolder => CertificateDirectory is null ? null : FileSystemPath.Unresolved(SessionState, CertificateDirectory);

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

    private IdentitySettings OfToken() => Token is null
        ? new IdentitySettings()
        : new IdentitySettings { Method = AuthenticationMethod.Token, Token = Secret(Token) };

    private IdentitySettings WithParameters(IdentitySettings identity)
    {
        identity = identity with
        {
            ProjectId = Project is null ? identity.ProjectId : IdOf(Project),
            ProjectName = Project is null ? identity.ProjectName : NameOf(Project),
            ProjectDomainId = ProjectDomain is null ? identity.ProjectDomainId : DomainIdOf(ProjectDomain),
            ProjectDomainName = ProjectDomain is null ? identity.ProjectDomainName : DomainNameOf(ProjectDomain),
            UserDomainId = UserDomain is null ? identity.UserDomainId : DomainIdOf(UserDomain),
            UserDomainName = UserDomain is null ? identity.UserDomainName : DomainNameOf(UserDomain),
        };
        return this switch
        {
            { Token: { } token } => identity with { Method = AuthenticationMethod.Token, Token = Secret(token) },
            { ApplicationCredential: { } credential } => identity with
            {
                Method = AuthenticationMethod.ApplicationCredential,
                ApplicationCredentialId = UserName is null ? credential.UserName : null,
                ApplicationCredentialName = UserName is null ? null : credential.UserName,
                ApplicationCredentialSecret = SecretText.Of(credential.Password),
                UserId = null,
                UserName = UserName,
            },
            { Credential: { } credential } => OfUser(identity, credential),
            _ when string.Equals(ParameterSetName, AuthUrlSet, StringComparison.Ordinal) =>
                throw new NotAuthorizedException(AuthUrl!, "no -Credential, -ApplicationCredential or -Token is given."),
            _ => identity,
        };
    }

    private CloudConnectionSettings Complete(CloudConnectionSettings settings) => settings with
    {
        ImageEndpoints = Endpoint is null ? settings.ImageEndpoints : [.. Endpoint.Select(endpoint => ServiceAddress.Parse(endpoint, "-Endpoint"))],
        ServiceIdentity = ServiceCredential is null ? null : OfUser(settings.Identity with { ProjectId = IdOf(ServiceProject), ProjectName = NameOf(ServiceProject) }, ServiceCredential),
        KeyManagerEndpoint = KeyManagerEndpoint is null ? settings.KeyManagerEndpoint : ServiceAddress.Parse(KeyManagerEndpoint, "-KeyManagerEndpoint"),
        CertificateDirectory = CertificateFolder,
        Region = Region ?? settings.Region,
        Interface = Interface is null ? settings.Interface : ServiceInterface.Parse(Interface),
        RetryCount = RetryCount ?? Operations.Options.RetryCount,
        Transport = settings.Transport with
        {
            CaCertificatePath = CACertificate is null ? settings.Transport.CaCertificatePath : FileSystemPath.Unresolved(SessionState, CACertificate),
            ClientCertificatePath = ClientCertificate is null ? settings.Transport.ClientCertificatePath : FileSystemPath.Unresolved(SessionState, ClientCertificate),
            ClientKeyPath = ClientKey is null ? settings.Transport.ClientKeyPath : FileSystemPath.Unresolved(SessionState, ClientKey),
            SkipCertificateCheck = SkipCertificateCheck || settings.Transport.SkipCertificateCheck,
            Proxy = Proxy,
            IdleTimeout = TimeoutSec is { } seconds ? TimeSpan.FromSeconds(seconds) : settings.Transport.IdleTimeout,
        },
    };

    private static IdentitySettings OfUser(IdentitySettings identity, PSCredential credential) => identity with
    {
        Method = AuthenticationMethod.Password,
        UserId = null,
        UserName = credential.UserName,
        Password = SecretText.Of(credential.Password),
    };

    private static SecretText Secret(SecureString token)
    {
        using SecretText plain = SecretText.Of(token);
        return TokenText.Parse(plain.Reveal(), "-Token");
    }

    // Keystone's ids are UUIDs without dashes; everything else is a name.
    private static string? IdOf(string text) => text.Length == IdLength && text.All(char.IsAsciiHexDigitLower) ? text : null;

    private static string? NameOf(string text) => IdOf(text) is null ? text : null;

    private static string? DomainIdOf(string text) => string.Equals(text, "default", StringComparison.Ordinal) ? text : IdOf(text);

    private static string? DomainNameOf(string text) => DomainIdOf(text) is null ? text : null;
}
