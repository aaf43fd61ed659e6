using System.Management.Automation;
using System.Security;
using ImageUtils.PowerShell.Completers;

namespace ImageUtils.PowerShell.Commands;

/// <content>The parameters.</content>
public sealed partial class ConnectImageServiceCommand
{
    private const string LocalSet = "LocalDirectory";
    private const string EndpointSet = "Endpoint";
    private const string AuthUrlSet = "AuthUrl";
    private const string CloudSet = "Cloud";

    /// <summary>The folder of a local image service; it is made when the first image is.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = LocalSet)]
    [ValidateNotNullOrEmpty]
    public string LocalDirectory { get; set; } = string.Empty;

    /// <summary>The addresses of the image service; several are tried in turn.</summary>
    [Parameter(Mandatory = true, ParameterSetName = EndpointSet)]
    [Parameter(ParameterSetName = AuthUrlSet)]
    [ValidateNotNullOrEmpty]
    public string[]? Endpoint { get; set; }

    /// <summary>The address of the identity service.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AuthUrlSet)]
    [ValidateNotNullOrEmpty]
    public string? AuthUrl { get; set; }

    /// <summary>The cloud of clouds.yaml; without it OS_CLOUD, else the other OS_ variables, else the only cloud there is.</summary>
    [Parameter(ParameterSetName = CloudSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CloudCompleter))]
    public string? Cloud { get; set; }

    /// <summary>User and password.</summary>
    [Parameter(ParameterSetName = AuthUrlSet)]
    [Parameter(ParameterSetName = CloudSet)]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Id and secret of an application credential, or its name where -UserName is given.</summary>
    [Parameter(ParameterSetName = AuthUrlSet)]
    [Parameter(ParameterSetName = CloudSet)]
    [Credential]
    public PSCredential? ApplicationCredential { get; set; }

    /// <summary>Whose application credential it is, where it is named by name.</summary>
    [Parameter(ParameterSetName = AuthUrlSet)]
    [Parameter(ParameterSetName = CloudSet)]
    [ValidateNotNullOrEmpty]
    public string? UserName { get; set; }

    /// <summary>A token that somebody got already.</summary>
    [Parameter(ParameterSetName = EndpointSet)]
    [Parameter(ParameterSetName = AuthUrlSet)]
    [Parameter(ParameterSetName = CloudSet)]
    public SecureString? Token { get; set; }

    /// <summary>The project, by name or id.</summary>
    [Parameter(ParameterSetName = AuthUrlSet)]
    [Parameter(ParameterSetName = CloudSet)]
    [ValidateNotNullOrEmpty]
    public string? Project { get; set; }

    /// <summary>The domain of the project, by name or id.</summary>
    [Parameter(ParameterSetName = AuthUrlSet)]
    [Parameter(ParameterSetName = CloudSet)]
    [ValidateNotNullOrEmpty]
    public string? ProjectDomain { get; set; }

    /// <summary>The domain of the user, by name or id.</summary>
    [Parameter(ParameterSetName = AuthUrlSet)]
    [Parameter(ParameterSetName = CloudSet)]
    [ValidateNotNullOrEmpty]
    public string? UserDomain { get; set; }

    /// <summary>The region whose image service is used.</summary>
    [Parameter(ParameterSetName = AuthUrlSet)]
    [Parameter(ParameterSetName = CloudSet)]
    [ValidateNotNullOrEmpty]
    public string? Region { get; set; }

    /// <summary>From which side the service is reached.</summary>
    [Parameter(ParameterSetName = AuthUrlSet)]
    [Parameter(ParameterSetName = CloudSet)]
    [ValidateSet("public", "internal", "admin")]
    public string? Interface { get; set; }

    /// <summary>User and password of a service that asks on the user's behalf; its token goes along as X-Service-Token.</summary>
    [Parameter(ParameterSetName = AuthUrlSet)]
    [Parameter(ParameterSetName = CloudSet)]
    [Credential]
    public PSCredential? ServiceCredential { get; set; }

    /// <summary>The project of that service, by name or id.</summary>
    [Parameter(ParameterSetName = AuthUrlSet)]
    [Parameter(ParameterSetName = CloudSet)]
    [ValidateNotNullOrEmpty]
    public string ServiceProject { get; set; } = "service";

    /// <summary>The address of the key manager, which has signers' certificates; without it the catalogue's.</summary>
    [Parameter(ParameterSetName = EndpointSet)]
    [Parameter(ParameterSetName = AuthUrlSet)]
    [Parameter(ParameterSetName = CloudSet)]
    [ValidateNotNullOrEmpty]
    public string? KeyManagerEndpoint { get; set; }

    /// <summary>A folder of signers' certificates, each in a file named by its id, instead of the key manager.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CertificateDirectory { get; set; }

    /// <summary>How often a request is sent again after a broken connection or a 503.</summary>
    [Parameter(ParameterSetName = EndpointSet)]
    [Parameter(ParameterSetName = AuthUrlSet)]
    [Parameter(ParameterSetName = CloudSet)]
    [ValidateRange(0, 1000)]
    public int? RetryCount { get; set; }
}
