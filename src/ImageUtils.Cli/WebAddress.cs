using System.CommandLine;
using ImageUtils.Services.Http;
using ImageUtils.Services.Web;

namespace ImageUtils.Cli;

/// <summary>The option <c>--uri</c>: an image at a plain address.</summary>
internal static class WebAddress
{
    /// <summary>Makes the option.</summary>
    /// <returns>The option.</returns>
    public static Option<string?> Option() => new("--uri") { Description = "Take the image from this address, http or https.", HelpName = "U" };

    /// <summary>Makes what reads an address.</summary>
    /// <param name="session">The settings.</param>
    /// <param name="address">The address; null: none is read.</param>
    /// <returns>The reader, which the caller disposes of.</returns>
    public static WebImageService? Open(Session session, string? address) =>
        address is null ? null : new WebImageService(TransportSettings.Default, session.Operations.Options.RetryCount);
}
