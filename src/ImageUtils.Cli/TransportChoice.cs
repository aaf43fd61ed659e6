using System.CommandLine;
using ImageUtils.Services.Http;

namespace ImageUtils.Cli;

/// <summary>How servers are reached, as the command line says it.</summary>
internal static class TransportChoice
{
    /// <summary>Lays what was given over settings.</summary>
    /// <param name="settings">The settings, for what was not given.</param>
    /// <param name="parsed">The parsed words.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="UsageException">The proxy is no address.</exception>
    public static TransportSettings Over(TransportSettings settings, ParseResult parsed) => settings with
    {
        CaCertificatePath = File(parsed, SharedOptions.CaCertificate) ?? settings.CaCertificatePath,
        ClientCertificatePath = File(parsed, SharedOptions.ClientCertificate) ?? settings.ClientCertificatePath,
        ClientKeyPath = File(parsed, SharedOptions.ClientKey) ?? settings.ClientKeyPath,
        SkipCertificateCheck = parsed.GetValue(SharedOptions.SkipCertificateCheck) || settings.SkipCertificateCheck,
        Proxy = parsed.GetValue(SharedOptions.Proxy) is { } proxy ? Address(proxy) : settings.Proxy,
    };

    private static string? File(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is { } path ? FullPath.Of(path) : null;

    private static Uri Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Host.Length > 0
        ? address
        : throw new UsageException("--proxy takes an address, for example http://proxy:3128.");
}
