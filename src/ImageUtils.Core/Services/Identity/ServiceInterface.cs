using ImageUtils.Errors;

namespace ImageUtils.Services.Identity;

/// <summary>The sides from which a service can be reached, as the catalogue names them.</summary>
public static class ServiceInterface
{
    /// <summary>For everybody; the default.</summary>
    public const string Public = "public";

    /// <summary>For the services of the cloud among themselves.</summary>
    public const string Internal = "internal";

    /// <summary>For those who run it.</summary>
    public const string Admin = "admin";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Public, Internal, Admin];

    /// <summary>Reads one, also in the old spelling <c>publicURL</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The name as the catalogue has it.</returns>
    /// <exception cref="InvalidOptionException">It is none of them.</exception>
    public static string Parse(string text)
    {
        string plain = text.Trim().ToLowerInvariant();
        plain = plain.EndsWith("url", StringComparison.Ordinal) ? plain[..^3] : plain;
        return All.Contains(plain, StringComparer.Ordinal) ? plain : throw new InvalidOptionException("interface", text, $"it is not one of {string.Join(", ", All)}.");
    }
}
