namespace ImageUtils.Formats.Containers;

/// <summary>Names of the members of an archive: data that a careless program would follow (CWE-22).</summary>
internal static class MemberName
{
    /// <summary>True where the name stays in the folder that the archive is unpacked to, on every system.</summary>
    /// <param name="name">The name as it stands in the archive.</param>
    /// <returns>True for a harmless name.</returns>
    public static bool IsPlain(string name) =>
        name.Length > 0
        && name[0] is not ('/' or '\\')
        && !name.Contains('\\', StringComparison.Ordinal)
        && !name.Contains(':', StringComparison.Ordinal)
        && !name.Split('/').Contains("..", StringComparer.Ordinal)
        && !name.Any(char.IsControl);

    /// <summary>The name without what changes nothing: <c>./</c> in front, <c>/</c> behind.</summary>
    /// <param name="name">The name as it stands in the archive.</param>
    /// <returns>The name to compare; empty for the folder itself.</returns>
    public static string Normalize(string name) =>
        string.Join('/', name.Split('/').Where(part => part.Length > 0 && !string.Equals(part, ".", StringComparison.Ordinal)));
}
