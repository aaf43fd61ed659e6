using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ImageUtils.Errors;
using ImageUtils.Processes;

namespace ImageUtils.Privilege;

/// <summary>
/// The privileged end of a conversion with passphrases: takes them from standard input into files in memory, and becomes
/// qemu-img, which finds them among its own descriptors. Root may not look into the descriptors of another user's process
/// everywhere: in a container without CAP_SYS_PTRACE the kernel refuses it. Nothing but qemu-img is ever started.
/// </summary>
public static partial class SecretLauncher
{
    /// <summary>The hidden verb of the program: <c>with-secrets COUNT[:ADDRESS-SPACE] env LC_ALL=C qemu-img …</c>.</summary>
    public const string Verb = "with-secrets";

    private const int FirstDescriptor = 200;
    private const int MostSecrets = 2;
    private const int ProgramWord = 2;

    /// <summary>Where programs of root are. PATH may be the user's: what a rule allows must not depend on it.</summary>
    private const string SystemFolders = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private const int BrokenPipe = 13;

    /// <summary>Where qemu-img finds a passphrase.</summary>
    /// <param name="index">The number of the passphrase, from 0.</param>
    /// <returns>The path, which means something to that process alone.</returns>
    public static string PathOf(int index) => string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{FirstDescriptor + index}");

    /// <summary>The words in front of the command.</summary>
    /// <param name="program">The full path of imageutils.</param>
    /// <param name="count">The number of passphrases.</param>
    /// <param name="addressSpaceBytes">
    /// The limit of the command's address space; null: none. It cannot stand in front of this program, which a small one keeps
    /// from starting.
    /// </param>
    /// <returns>The words.</returns>
    public static IReadOnlyList<string> Words(string program, int count, long? addressSpaceBytes) =>
        [program, Verb, count.ToString(CultureInfo.InvariantCulture) + (addressSpaceBytes is { } limit ? ":" + limit.ToString(CultureInfo.InvariantCulture) : string.Empty)];

    /// <summary>Becomes the command; returns only where that is not possible.</summary>
    /// <param name="words">The words behind the verb.</param>
    /// <param name="input">Standard input, unbuffered.</param>
    /// <returns>Why not.</returns>
    public static string Run(IReadOnlyList<string> words, Stream input)
    {
        if (!OperatingSystem.IsLinux())
        {
            return "passphrases are handed over so on Linux only.";
        }

        if (words.Count == 0 || ParseCount(words[0]) is not { } wanted)
        {
            return "the number of passphrases is 1 or 2, perhaps with a limit of address space (1:2147483648).";
        }

        string[] command = [.. words.Skip(1)];
        if (WhyNotAllowed(command) is { } reason)
        {
            return reason;
        }

        try
        {
            for (int index = 0; index < wanted.Count; index++)
            {
                using Passphrase passphrase = SecretFrame.Read(input);
                new MemoryFileSecret(passphrase).LetChildrenHave(FirstDescriptor + index);
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ImageUtilsException)
        {
            return e.Message;
        }

        string[] named = [command[ProgramWord], .. command.Skip(ProgramWord + 1)];
        return Become(wanted.AddressSpace is { } limit
            ? ["prlimit", string.Create(CultureInfo.InvariantCulture, $"--as={limit}"), "--", ExecutableSearch.Find(named[0], SystemFolders) ?? named[0], .. named.Skip(1)]
            : named);
    }

    private static (int Count, long? AddressSpace)? ParseCount(string word)
    {
        string[] parts = word.Split(':');
        long limit = 0;
        bool isNumber = int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && (parts.Length == 1 || (parts.Length == 2 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out limit)));
        return isNumber && count is > 0 and <= MostSecrets ? (count, parts.Length == 1 ? null : limit) : null;
    }

    /// <summary>A rule that lets a user run this verb must not let him run anything else.</summary>
    private static string? WhyNotAllowed(string[] command)
    {
        if (command.Length <= ProgramWord || command is not ["env", "LC_ALL=C", ..])
        {
            return "only 'env LC_ALL=C qemu-img …' is run.";
        }

        if (!string.Equals(Path.GetFileName(command[ProgramWord]), Qemu.QemuImg.ToolName, StringComparison.Ordinal)
            || (command[ProgramWord].Contains('/', StringComparison.Ordinal) && !Path.IsPathFullyQualified(command[ProgramWord])))
        {
            return "only 'env LC_ALL=C qemu-img …' is run.";
        }

        return ExecutableSearch.Find(command[ProgramWord], SystemFolders) is { } program
            ? PrivilegedProgram.WhyNotTrusted(Storage.RealPath.Of(program))
            : $"'{command[ProgramWord]}' was not found.";
    }

    [SupportedOSPlatform("linux")]
    private static string Become(string[] command)
    {
        if (ExecutableSearch.Find(command[0], SystemFolders) is not { } program)
        {
            return $"'{command[0]}' was not found.";
        }

        // The runtime ignores it, and a program inherits what is ignored.
        _ = SetSignal(BrokenPipe, 0);
        _ = SetVariable("LC_ALL", "C", overwrite: 1);
        _ = Execute(program, [.. command, null]);
        return $"'{program}' cannot be run: {Marshal.GetLastPInvokeErrorMessage()}.";
    }

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Execute(string path, string?[] words);

    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "signal", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SetSignal(int signal, nint handler);
}
