using ImageUtils.Errors;

namespace ImageUtils.Configuration;

/// <summary>The user's own folders, by the customs of the system (XDG Base Directory Specification; Windows known folders).</summary>
public static class DefaultFolders
{
    private const string Product = "imageutils";

    /// <summary>Where the user's data are kept.</summary>
    /// <param name="environment">Reads an environment variable; null or empty: not set.</param>
    /// <returns>A full path; the folder need not exist.</returns>
    /// <exception cref="InvalidOptionException">The system knows no home folder for the user.</exception>
    public static string UserData(Func<string, string?> environment)
    {
        if (OperatingSystem.IsWindows())
        {
            return Path.Combine(FirstRooted(environment("LOCALAPPDATA"), Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)), Product);
        }

        // The specification wants relative values of XDG_DATA_HOME to be ignored.
        string? xdg = environment("XDG_DATA_HOME");
        return !string.IsNullOrEmpty(xdg) && Path.IsPathFullyQualified(xdg)
            ? Path.Combine(xdg, Product)
            : Path.Combine(FirstRooted(environment("HOME"), Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)), ".local", "share", Product);
    }

    /// <summary>Where the user's settings are kept.</summary>
    /// <param name="environment">Reads an environment variable; null or empty: not set.</param>
    /// <returns>A full path; the folder need not exist.</returns>
    /// <exception cref="InvalidOptionException">The system knows no home folder for the user.</exception>
    public static string UserConfiguration(Func<string, string?> environment)
    {
        if (OperatingSystem.IsWindows())
        {
            return Path.Combine(FirstRooted(environment("APPDATA"), Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData)), Product);
        }

        string? xdg = environment("XDG_CONFIG_HOME");
        return !string.IsNullOrEmpty(xdg) && Path.IsPathFullyQualified(xdg)
            ? Path.Combine(xdg, Product)
            : Path.Combine(FirstRooted(environment("HOME"), Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)), ".config", Product);
    }

    private static string FirstRooted(params ReadOnlySpan<string?> candidates)
    {
        foreach (string? candidate in candidates)
        {
            if (!string.IsNullOrEmpty(candidate) && Path.IsPathFullyQualified(candidate))
            {
                return candidate;
            }
        }

        throw new InvalidOptionException(
            OperatingSystem.IsWindows() ? "LOCALAPPDATA" : "HOME",
            string.Empty,
            "it names no home folder, and the system knows none.")
        {
            RecommendedAction = "Set IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY and IMAGEUTILS_LOCAL_IMAGE_DIRECTORY.",
        };
    }
}
