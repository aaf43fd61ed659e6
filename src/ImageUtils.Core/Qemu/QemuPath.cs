namespace ImageUtils.Qemu;

/// <summary>
/// Writes a path so that qemu-img takes it for a file, whatever its name. The absolute path is enough, and better than
/// <c>file:</c> in front: qemu takes a name for a protocol (<c>nbd:</c>, <c>json:</c>, <c>fat:</c>) only where a colon stands
/// before the first slash, a name that begins with a slash is no option, and <c>file:</c> is unknown to the option syntax and
/// shows up in error messages. Windows drive letters are known to qemu as such.
/// </summary>
public static class QemuPath
{
    /// <summary>The path as an argument of its own.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The absolute path.</returns>
    public static string AsArgument(string path) => Path.GetFullPath(path);

    /// <summary>The path as the value of an option: a comma would end it, two stand for one.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The absolute path, commas doubled.</returns>
    public static string AsOptionValue(string path) => AsArgument(path).Replace(",", ",,", StringComparison.Ordinal);
}
