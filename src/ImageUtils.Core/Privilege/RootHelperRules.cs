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

    /// <summary>How many passphrases, and perhaps a limit of address space. A comma would end a word of rootwrap's.</summary>
    private const string Count = "[12](:[0-9]+)?";

    private const string GroupName = "(blkio|io):[A-Za-z0-9_./-]+";
    /// <summary>qemu-img as it stands behind a root helper, in sudo's language.</summary>
    private const string Command = "env LC_ALL=C qemu-img .*";

    /// <summary>A path below a folder. sudo's regular expressions know no look-ahead; a part of it must not begin with two dots.</summary>
    private const string Parts = "(/[^./][^/]*|/\\.[^./][^/]*)+";

    private const string Group = "cgexec, -g, " + GroupName;

    /// <summary>Writes a filter file of oslo.rootwrap.</summary>
    /// <param name="program">The full path of imageutils, where only root may write.</param>
    /// <param name="qemuImg">The full path of qemu-img.</param>
    /// <param name="folders">The folders whose files may be read and made as root; none: every file, as with qemu-img.</param>
    /// <param name="allowChown">Whether the owner of a volume may be changed too.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentException">A path that the language cannot say.</exception>
    public static string ForRootwrap(string program, string qemuImg, IReadOnlyList<string> folders, bool allowChown = false)
    {
        RequirePlain([program, qemuImg, .. folders]);
        string name = Pattern(program);
        string secrets = $"{name}, {SecretLauncher.Verb}, {Count}";
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"""
            # oslo.rootwrap filters for imageutils (imageutils rootwrap-filters); a file for filters_path of rootwrap.conf.
            [Filters]
            # Conversions, with the locale pinned.
            imageutils_qemu-img: EnvFilter, env, root, LC_ALL=C, qemu-img
            # The same below a control group that limits its speed, with passphrases on standard input, and with both. What stands
            # behind needs a filter of its own, the one above.
            imageutils_cgexec: ChainingRegExpFilter, cgexec, root, {Group}
            imageutils_with-secrets: ChainingRegExpFilter, {program}, root, {secrets}
            imageutils_cgexec_with-secrets: ChainingRegExpFilter, cgexec, root, {Group}, {secrets}
            # Reading what only root may read: one file, read-only, in bounded pieces.
            # Writing where only root may: one file beside its destination, moved there in the end; replace-file over a regular one.

            """);
        int number = 0;
        foreach (string folder in folders.DefaultIfEmpty("/"))
        {
            string inside = Pattern(folder.TrimEnd('/'));
            string suffix = number++ == 0 ? string.Empty : FormattableString.Invariant($"_{number}");

            // No "..": it would lead out of the folder. Links that the user made are refused by the program.
            string path = $"{inside}/(?!(.*/)?\\.\\.(/|$)).*";
            text.Append(CultureInfo.InvariantCulture, $"imageutils_serve-file{suffix}: RegExpFilter, {program}, root, {name}, serve-(file|device), {path}\n");
            text.Append(CultureInfo.InvariantCulture, $"imageutils_write-file{suffix}: RegExpFilter, {program}, root, {name}, (write|replace)-file, {path}\n");
        }

        if (allowChown)
        {
            text.Append("# The owner of a volume for the while of its upload, where imageutils may not read it as root. It gives every file away.\n");
            text.Append("imageutils_chown: RegExpFilter, chown, root, chown, -h, [0-9]+, /(?!(.*/)?\\.\\.(/|$)).*\n");
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
    /// <param name="folders">The folders whose files may be read and made as root; none: every file, as with qemu-img.</param>
    /// <param name="allowChown">Whether the owner of a volume may be changed too.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentException">A name or path that the language cannot say.</exception>
    public static string ForSudo(string user, string program, IReadOnlyList<string> folders, bool allowChown = false)
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
            {user} ALL=(root) NOPASSWD: {program} ^{SecretLauncher.Verb} {Count} {Command}$
            {user} ALL=(root) NOPASSWD: /usr/bin/cgexec ^-g {GroupName} ({Pattern(program)} {SecretLauncher.Verb} {Count} )?{Command}$

            """);
        foreach (string folder in folders.DefaultIfEmpty("/"))
        {
            string inside = Pattern(folder.TrimEnd('/'));
            text.Append(CultureInfo.InvariantCulture, $"{user} ALL=(root) NOPASSWD: {program} ^(serve-(file|device)|(write|replace)-file) {inside}{Parts}$\n");
        }

        if (allowChown)
        {
            text.Append("# The owner of a volume for the while of its upload, where imageutils may not read it as root. It gives every file away.\n");
            text.Append(CultureInfo.InvariantCulture, $"{user} ALL=(root) NOPASSWD: /usr/bin/chown ^-h [0-9]+ {Parts}$\n");
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
