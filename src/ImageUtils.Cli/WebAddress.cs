using System.CommandLine;
using ImageUtils.Services.Web;

namespace ImageUtils.Cli;

/// <summary>The option <c>--uri</c>: an image at a plain address.</summary>
internal static class WebAddress
{
    /// <summary>Makes the option.</summary>
    /// <returns>The option.</returns>
    public static Option<string?> Option() => new("--uri") { Description = "Take the image from this address, http or https.", HelpName = "U" };

    /// <summary>Makes the option that lets redirects lead anywhere.</summary>
    /// <returns>The option.</returns>
    public static Option<bool> AllowAnyRedirect() => new("--allow-any-redirect") { Description = "With --uri: follow redirects to another scheme, to this machine and to the local link too." };

    /// <summary>Makes what reads an address.</summary>
    /// <param name="session">The settings.</param>
    /// <param name="address">The address; null: none is read.</param>
    /// <param name="allowAnyRedirect">True: redirects may lead anywhere.</param>
    /// <returns>The reader, which the caller disposes of.</returns>
    public static WebImageService? Open(Session session, string? address, bool allowAnyRedirect) =>
        address is null ? null : new WebImageService(session.Transport, session.Options.RetryCount, allowAnyRedirect);
}
