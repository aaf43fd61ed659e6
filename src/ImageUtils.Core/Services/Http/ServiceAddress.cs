using ImageUtils.Errors;

namespace ImageUtils.Services.Http;

/// <summary>Addresses of services as users and catalogues write them.</summary>
public static class ServiceAddress
{
    /// <summary>Reads an address.</summary>
    /// <param name="text">The address.</param>
    /// <param name="name">Whose it is, for the error.</param>
    /// <returns>The address.</returns>
    /// <exception cref="InvalidOptionException">It is no http or https address, or holds a user name or password.</exception>
    public static Uri Parse(string text, string name)
    {
        if (!Uri.TryCreate(text.Trim(), UriKind.Absolute, out Uri? address) || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            throw new InvalidOptionException(name, text, "it is not an http or https address.");
        }

        return address.UserInfo.Length == 0 && address.Query.Length == 0 && address.Fragment.Length == 0
            ? address
            : throw new InvalidOptionException(name, address.GetLeftPart(UriPartial.Path).Replace(address.UserInfo + "@", string.Empty, StringComparison.Ordinal), "an address of a service holds no user, password, query or fragment.");
    }

    /// <summary>The address with a slash at its end, so that paths can be put behind it.</summary>
    internal static Uri Folder(Uri address) => address.AbsolutePath.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");

    /// <summary>Scheme, host and port.</summary>
    internal static string Origin(Uri address) => address.GetLeftPart(UriPartial.Authority);

    /// <summary>Says whether two addresses are of one server.</summary>
    internal static bool IsSameOrigin(Uri one, Uri other) => string.Equals(Origin(one), Origin(other), StringComparison.OrdinalIgnoreCase);
}
