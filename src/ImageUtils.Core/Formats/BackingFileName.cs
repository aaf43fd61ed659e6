namespace ImageUtils.Formats;

/// <summary>Names of other files as images give them, by the rules of qemu (block.c, path_has_protocol and path_combine).</summary>
internal static class BackingFileName
{
    /// <summary>Tells whether a name is none of a file, but of a protocol: a colon comes before any separator.</summary>
    /// <param name="name">The name.</param>
    /// <returns>True for <c>nbd:host</c> and <c>json:{}</c>, not for <c>./a:b</c>.</returns>
    public static bool HasProtocol(string name)
    {
        if (OperatingSystem.IsWindows() && name.Length >= 2 && char.IsAsciiLetter(name[0]) && name[1] == ':')
        {
            return false;
        }

        int end = name.AsSpan().IndexOfAny(OperatingSystem.IsWindows() ? [':', '/', '\\'] : [':', '/']);
        return end >= 0 && name[end] == ':';
    }

    /// <summary>A name that an image gives is relative to the folder of the image's own name; links are not followed for it.</summary>
    /// <param name="imagePath">The path of the image that gives the name.</param>
    /// <param name="name">The name.</param>
    /// <returns>The path; a name that is none of a file stays as it is.</returns>
    public static string Resolve(string imagePath, string name) =>
        name.Length == 0 || name.Contains('\0', StringComparison.Ordinal) || HasProtocol(name) || Path.IsPathRooted(name)
            ? name
            : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(imagePath)) ?? string.Empty, name);
}
