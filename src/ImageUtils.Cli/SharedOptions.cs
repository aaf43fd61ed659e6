using System.CommandLine;

namespace ImageUtils.Cli;

/// <summary>Options that every verb understands.</summary>
internal static class SharedOptions
{
    /// <summary>One JSON object a result instead of text for people.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Print one JSON object a result, on one line each.", Recursive = true };

    /// <summary>Show each external command line.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "Show what is done on standard error, each external command line exactly as run.", Recursive = true };

    /// <summary>The local image service.</summary>
    public static Option<string?> Local { get; } = new("--local") { Description = "The folder of a local image service.", HelpName = "DIR", Recursive = true };

    /// <summary>Addresses of an image service that asks for a token at most.</summary>
    public static Option<string[]> Endpoint { get; } = new("--endpoint") { Description = "The address of an image service; several are tried in turn.", HelpName = "URL", Recursive = true, DefaultValueFactory = _ => [] };

    /// <summary>The token that goes to them.</summary>
    public static Option<string?> TokenFile { get; } = new("--token-file") { Description = "The file with the token for --endpoint.", HelpName = "F", Recursive = true };

    /// <summary>Where signers' certificates are.</summary>
    public static Option<string?> CertificateDirectory { get; } = new("--certificate-directory") { Description = "The folder of signers' certificates, each in a file named by its id.", HelpName = "DIR", Recursive = true };

    /// <summary>The service that has signers' certificates.</summary>
    public static Option<string?> KeyManagerEndpoint { get; } = new("--key-manager-endpoint") { Description = "The address of the key manager that has signers' certificates, where no catalogue names it.", HelpName = "URL", Recursive = true };

    /// <summary>The authorities that are trusted.</summary>
    public static Option<string?> CaCertificate { get; } = new("--ca-certificate") { Description = "A PEM file with the authorities that are trusted instead of the system's.", HelpName = "F", Recursive = true };

    /// <summary>Who we are to servers that ask.</summary>
    public static Option<string?> ClientCertificate { get; } = new("--client-certificate") { Description = "A client certificate: PEM, or PKCS #12 without a password.", HelpName = "F", Recursive = true };

    /// <summary>Its key.</summary>
    public static Option<string?> ClientKey { get; } = new("--client-key") { Description = "Its private key, where that is in a PEM file of its own.", HelpName = "F", Recursive = true };

    /// <summary>Any certificate of a server will do.</summary>
    public static Option<bool> SkipCertificateCheck { get; } = new("--skip-certificate-check") { Description = "Accept any certificate of a server.", Recursive = true };

    /// <summary>The proxy.</summary>
    public static Option<string?> Proxy { get; } = new("--proxy") { Description = "The address of the proxy; without it the system's own.", HelpName = "URL", Recursive = true };

    /// <summary>A cloud of clouds.yaml.</summary>
    public static Option<string?> Cloud { get; } = new("--cloud") { Description = "The cloud of clouds.yaml to work with.", HelpName = "NAME", Recursive = true };
}
