using System.Globalization;
using System.Text;

namespace ImageUtils.Privilege;

/// <summary>
/// What an administrator tells the root helper: exactly the commands that imageutils runs through it, in oslo.rootwrap's
/// language or in that of sudo. Pure.
/// </summary>
public static class RootHelperRules
{
    /// <summary>Where the examples say that root installed the program.</summary>
    public const string DefaultProgram = "/opt/imageutils/bin/imageutils";

    /// <summary>The user of the examples, cinder's own.</summary>
    public const string DefaultUser = "cinder";

    /// <summary>Where Debian's qemu-img is. A KillFilter compares full paths.</summary>
    public const string DefaultQemuImg = "/usr/bin/qemu-img";

    /// <summary>Writes a filter file of oslo.rootwrap.</summary>
    /// <param name="program">The full path of imageutils, where only root may write.</param>
    /// <param name="qemuImg">The full path of qemu-img.</param>
    /// <param name="folders">The folders whose files may be read as root; none: every file, as with qemu-img.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentException">A path that the language cannot say.</exception>
    public static string ForRootwrap(string program, string qemuImg, IReadOnlyList<string> folders)
    {
        RequirePlain([program, qemuImg, .. folders]);
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"""
            # oslo.rootwrap filters for imageutils (imageutils rootwrap-filters); a file for filters_path of rootwrap.conf.
            [Filters]
            # Conversions, with the locale pinned.
            imageutils_qemu-img: EnvFilter, env, root, LC_ALL=C, qemu-img
            # Reading what only root may read: one file, read-only, in bounded pieces.

            """);
        string name = Pattern(program);
        int number = 0;
        foreach (string folder in folders.DefaultIfEmpty("/"))
        {
            string inside = Pattern(folder.TrimEnd('/'));
            string suffix = number++ == 0 ? string.Empty : FormattableString.Invariant($"_{number}");

            // No "..": it would lead out of the folder.
            text.Append(CultureInfo.InvariantCulture, $"imageutils_serve-file{suffix}: RegExpFilter, {program}, root, {name}, serve-(file|device), {inside}/(?!(.*/)?\\.\\.(/|$)).*\n");
        }

        text.Append(
            CultureInfo.InvariantCulture,
            $"""
            # Cancellation: killing sudo or rootwrap would leave their child.
            imageutils_kill_qemu-img: KillFilter, root, {qemuImg}, -TERM, -KILL
            imageutils_kill_serve-file: KillFilter, root, {program}, -TERM, -KILL

            """);
        return text.ToString();
    }

    /// <summary>Writes rules of sudo (1.9.10 or later).</summary>
    /// <param name="user">Who may.</param>
    /// <param name="program">The full path of imageutils, where only root may write.</param>
    /// <param name="folders">The folders whose files may be read as root; none: every file, as with qemu-img.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentException">A name or path that the language cannot say.</exception>
    public static string ForSudo(string user, string program, IReadOnlyList<string> folders)
    {
        RequirePlain([program, .. folders]);
        if (user.Length == 0 || !user.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
        {
            throw new ArgumentException($"'{user}' is no name of a user.", nameof(user));
        }

        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"""
            # sudo rules for imageutils (imageutils sudoers); a file in /etc/sudoers.d, tested by visudo -cf FILE.
            # Who may run qemu-img as root may read and write every file: trust {user} so far, or use rootwrap's filters.
            {user} ALL=(root) NOPASSWD: /usr/bin/env LC_ALL=C qemu-img *

            """);
        foreach (string folder in folders.DefaultIfEmpty("/"))
        {
            // sudo's regular expressions know no look-ahead; a part of a path must not begin with two dots.
            string inside = Pattern(folder.TrimEnd('/'));
            text.Append(CultureInfo.InvariantCulture, $"{user} ALL=(root) NOPASSWD: {program} ^serve-(file|device) {inside}(/[^./][^/]*|/\\.[^./][^/]*)+$\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{user} ALL=(root) NOPASSWD: /usr/bin/kill ^-(TERM|KILL) [0-9]+$\n");
        return text.ToString();
    }

    private static string Pattern(string path) => path.Replace(".", "\\.", StringComparison.Ordinal);

    private static void RequirePlain(IEnumerable<string> paths)
    {
        foreach (string path in paths)
        {
            if (!path.StartsWith('/') || !path.All(c => char.IsAsciiLetterOrDigit(c) || "_-./@".Contains(c, StringComparison.Ordinal)) || path.Split('/').Contains("..", StringComparer.Ordinal))
            {
                throw new ArgumentException($"'{path}' is no full path of plain letters, digits and _-./@.", nameof(paths));
            }
        }
    }
}
