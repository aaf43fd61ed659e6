namespace ImageUtils.Services.Http;

/// <summary>What of an input may be shown: an address, good or bad, goes without the name and the password that somebody wrote into it.</summary>
public static class ShownAddress
{
    private const string SchemeEnd = "://";

    /// <summary>Takes name and password out of an address.</summary>
    /// <param name="text">Any input.</param>
    /// <returns>The address without them; a text that is no address, as it is.</returns>
    public static string Of(string text)
    {
        int authority = text.IndexOf(SchemeEnd, StringComparison.Ordinal) + SchemeEnd.Length;
        int at = text.LastIndexOf('@');
        if (authority < SchemeEnd.Length || at < authority)
        {
            return text;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Host.Length > 0)
        {
            return address.UserInfo.Length == 0 ? text : address.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.UserInfo, UriFormat.UriEscaped);
        }

        // Where it cannot be taken apart, all that may be a password goes.
        return text.Remove(authority, at - authority + 1);
    }
}
