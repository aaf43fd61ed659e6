namespace ImageUtils.Processes;

/// <summary>Tells a refusal of the root helper from a failure of the program behind it.</summary>
internal static class RootHelperTrouble
{
    private const int EnvNotFound = 127;

    /// <summary>oslo.rootwrap's own exit codes: 96 no such program, 97 bad configuration, 98 no command, 99 not allowed.</summary>
    private const int RootwrapNotFound = 96;

    /// <summary>Reads what the root helper said.</summary>
    /// <param name="rootHelper">Its words.</param>
    /// <param name="exitCode">The exit code.</param>
    /// <param name="standardError">What was said.</param>
    /// <returns>The reason in its own words; null: the root helper did its work.</returns>
    public static string? Find(IReadOnlyList<string> rootHelper, int exitCode, string standardError)
    {
        if (exitCode is 97 or 98 or 99 && IsRootwrap(rootHelper))
        {
            return FirstLine(standardError);
        }

        // sudo and doas begin what they say themselves with their name, and exit with 1.
        string name = Path.GetFileName(rootHelper[0]) + ":";
        return exitCode == 1
            ? standardError.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Trim()
            : null;
    }

    /// <summary>Tells whether the program behind the root helper is not there.</summary>
    /// <param name="rootHelper">Its words.</param>
    /// <param name="exitCode">The exit code.</param>
    /// <param name="fileName">The program.</param>
    /// <param name="standardError">What was said.</param>
    /// <returns>True where it is not there.</returns>
    public static bool IsToolMissing(IReadOnlyList<string> rootHelper, int exitCode, string fileName, string standardError) =>
        (exitCode == RootwrapNotFound && IsRootwrap(rootHelper))
        || (exitCode == EnvNotFound && standardError.Contains(fileName, StringComparison.Ordinal));

    private static bool IsRootwrap(IReadOnlyList<string> rootHelper) =>
        rootHelper.Any(word => word.Contains("rootwrap", StringComparison.Ordinal));

    private static string FirstLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "It refused without a word.";
}
