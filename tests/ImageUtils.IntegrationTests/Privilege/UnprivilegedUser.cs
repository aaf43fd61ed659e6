using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using ImageUtils.IntegrationTests.Cli;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Privilege;

namespace ImageUtils.IntegrationTests.Privilege;

/// <summary>
/// A user of this machine for one test class, with a home, a copy of imageutils that root owns, and rules of sudo and
/// rootwrap made by imageutils itself. Everything of it is removed again; what a killed run left, the next one removes.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class UnprivilegedUser : IDisposable
{
    private const string Prefix = "iutest";
    private const string SudoFolder = "/etc/sudoers.d";
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly string? _reason;
    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}");

    public UnprivilegedUser()
    {
        _reason = Missing();
        if (_reason is not null)
        {
            return;
        }

        Sweep();
        try
        {
            Make();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Root's own folder, which the user may enter.</summary>
    public string Folder { get; private set; } = string.Empty;

    /// <summary>A folder that nobody but root may enter.</summary>
    public string Closed => Path.Combine(Folder, "closed");

    /// <summary>The user's home.</summary>
    public string Home => Path.Combine(Folder, "home");

    /// <summary>imageutils as root installed it.</summary>
    public string Program => Path.Combine(Folder, "program", "imageutils");

    /// <summary>The words of a root helper that has rules.</summary>
    public string Sudo => "sudo -n";

    /// <summary>The words of rootwrap.</summary>
    public string Rootwrap => $"sudo -n {RootwrapPath} {Path.Combine(Folder, "rootwrap.conf")}";

    /// <summary>The words of a rootwrap that has no filter of ours.</summary>
    public string BareRootwrap => $"sudo -n {RootwrapPath} {Path.Combine(Folder, "bare.conf")}";

    private static string? RootwrapPath => new[] { "/usr/bin/oslo-rootwrap", "/usr/bin/cinder-rootwrap" }.FirstOrDefault(File.Exists);

    /// <summary>The user's name.</summary>
    public string Name => _name;

    private string SudoFile => Path.Combine(SudoFolder, _name);

    /// <summary>Skips the test where there is no such user.</summary>
    public void Require()
    {
        Assert.SkipWhen(_reason is not null, _reason ?? string.Empty);
        Workshop.RequireQemuImg();
        Assert.Equal(0, LoopDevice.Run("rm", "-rf", Closed, Home).Code);
        Directory.CreateDirectory(Closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Home);
        Assert.Equal(0, LoopDevice.Run("chown", _name, Home).Code);
    }

    public void RequireRootwrap() => Assert.SkipWhen(RootwrapPath is null, "oslo-rootwrap (python3-oslo.rootwrap) is not installed.");

    /// <summary>Takes sudo's rules away until the result is disposed of.</summary>
    public IDisposable WithoutRules()
    {
        string rules = File.ReadAllText(SudoFile);
        File.Delete(SudoFile);
        return new Restoring(() => WriteSecret(SudoFile, rules));
    }

    /// <summary>Has sudo and rootwrap know rules of one folder only until the result is disposed of.</summary>
    public IDisposable WithRulesOf(params string[] folders) =>
        With(RootHelperRules.ForSudo(_name, Program, folders), RootHelperRules.ForRootwrap(Program, RootHelperRules.DefaultQemuImg, folders));

    /// <summary>Has sudo and rootwrap let the user change owners, and not run imageutils, until the result is disposed of.</summary>
    public IDisposable WithChownAlone() => With(
        Without(Program, RootHelperRules.ForSudo(_name, Program, [], allowChown: true)),
        Without(Program, RootHelperRules.ForRootwrap(Program, RootHelperRules.DefaultQemuImg, [], allowChown: true)));

    /// <summary>Runs imageutils as the user.</summary>
    internal Task<CommandLine> RunAsync(string helper, IReadOnlyList<string> words, byte[]? input = null, IReadOnlyDictionary<string, string>? variables = null, string? program = null) =>
        CommandLine.PatientlyAsync(() => RunOnceAsync(helper, words, input, variables, program));

    private async Task<CommandLine> RunOnceAsync(string helper, IReadOnlyList<string> words, byte[]? input, IReadOnlyDictionary<string, string>? variables, string? program)
    {
        using Process process = Start(helper, words, variables, program);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.BaseStream.WriteAsync(input ?? []);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return new CommandLine(process.ExitCode, await output, await error);
    }

    /// <summary>Starts imageutils as the user.</summary>
    internal Process Start(string helper, IReadOnlyList<string> words, IReadOnlyDictionary<string, string>? variables = null, string? program = null)
    {
        // As in a container, where root may not look into the processes of others.
        ProcessStartInfo start = new("setpriv", ["--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace", "--reuid", _name, "--regid", _name, "--clear-groups", "--", program ?? Program, .. words])
        {
            WorkingDirectory = Home,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        start.Environment["HOME"] = Home;
        start.Environment["TMPDIR"] = Home;
        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(Home, ".config");
        start.Environment["IMAGEUTILS_ROOT_HELPER"] = helper;
        start.Environment["IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY"] = Path.Combine(Home, "conversion");
        start.Environment["IMAGEUTILS_LOCAL_IMAGE_DIRECTORY"] = Path.Combine(Home, "images");
        foreach ((string name, string value) in variables ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Makes a qcow2 image that only root may read, beside the disk that it was made from (<c>disk.raw</c>).</summary>
    public string Qcow2(string name)
    {
        string raw = Path.Combine(Closed, "disk.raw");
        byte[] content = new byte[8 << 20];
        new Random(7).NextBytes(content.AsSpan(4096, 2 << 20));
        File.WriteAllBytes(raw, content);
        string image = Path.Combine(Closed, name);
        Assert.Equal(0, LoopDevice.Run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, image).Code);
        File.SetUnixFileMode(raw, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(image, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return image;
    }

    /// <summary>Begins a test with a root helper of a kind: sudo, rootwrap, or a rootwrap that has no filter of ours.</summary>
    public string Begin(string kind)
    {
        Require();
        if (kind == "sudo")
        {
            return Sudo;
        }

        RequireRootwrap();
        return kind == "bare" ? BareRootwrap : Rootwrap;
    }

    /// <summary>Waits until something is so; on a busy machine that takes its time.</summary>
    internal static async Task UntilAsync(Func<bool> isSo, string what)
    {
        for (var watch = Stopwatch.StartNew(); !isSo(); await Task.Delay(20, TestContext.Current.CancellationToken))
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), what);
        }
    }

    /// <summary>The processes that work for the user, as root or as the user.</summary>
    internal static IReadOnlyList<string> CommandsNaming(string text) =>
        [.. Directory.EnumerateDirectories("/proc").Select(CommandOf).Where(command => command.Contains(text, StringComparison.Ordinal))];

    /// <summary>The ids of those processes.</summary>
    internal static IReadOnlyList<int> ProcessesNaming(string text) =>
        [.. Directory.EnumerateDirectories("/proc").Where(folder => CommandOf(folder).Contains(text, StringComparison.Ordinal))
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int id) ? id : 0).Where(id => id > 0)];

    public void Dispose()
    {
        if (_reason is not null)
        {
            return;
        }

        Remove(_name);
        if (Folder.Length > 0)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static string CommandOf(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    private static string? Missing()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return "Needs root to make a user.";
        }

        string? program = new[] { "sudo", "useradd", "userdel", "setpriv" }.FirstOrDefault(name => ImageUtils.Processes.ExecutableSearch.Find(name, null) is null);
        return program is null ? Directory.Exists(SudoFolder) ? null : $"{SudoFolder} is not there." : $"{program} is not installed.";
    }

    private static void Remove(string name)
    {
        File.Delete(Path.Combine(SudoFolder, name));
        for (int attempt = 0; attempt < 20 && LoopDevice.Run("id", name).Code == 0; attempt++)
        {
            // Somebody else may hold the lock of /etc/passwd.
            if (LoopDevice.Run("userdel", name).Code != 0)
            {
                Thread.Sleep(100);
            }
        }
    }

    private static void Sweep()
    {
        IEnumerable<string> names = File.ReadLines("/etc/passwd").Select(line => line.Split(':')[0])
            .Concat(Directory.EnumerateFiles(SudoFolder, Prefix + "*").Select(path => Path.GetFileName(path)))
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal));
        foreach (string name in names.ToArray())
        {
            if (int.TryParse(name[Prefix.Length..].Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int id) && !Directory.Exists($"/proc/{id}"))
            {
                Remove(name);
            }
        }
    }

    private static void WriteSecret(string path, string text)
    {
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
    }

    private void Make()
    {
        Folder = Directory.CreateTempSubdirectory("iu-user-").FullName;
        File.SetUnixFileMode(Folder, Everybody);
        string program = Path.GetDirectoryName(Program)!;
        Directory.CreateDirectory(program, Everybody);
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll").Concat(Directory.EnumerateFiles(AppContext.BaseDirectory, "imageutils*")))
        {
            string copy = Path.Combine(program, Path.GetFileName(file));
            File.Copy(file, copy, overwrite: true);
            File.SetUnixFileMode(copy, Everybody);
        }

        for (int attempt = 0; LoopDevice.Run("useradd", "--no-create-home", "--user-group", "--home-dir", Home, "--shell", "/usr/sbin/nologin", _name) is { Code: not 0 } failed; attempt++)
        {
            Assert.True(attempt < 20, failed.Said);
            Thread.Sleep(100);
        }

        Write(RootHelperRules.ForSudo(_name, Program, []), RootHelperRules.ForRootwrap(Program, RootHelperRules.DefaultQemuImg, []));
    }

    private static string Without(string word, string rules) =>
        string.Join('\n', rules.Split('\n').Where(line => !line.Contains(word, StringComparison.Ordinal)));

    private Restoring With(string sudo, string rootwrap)
    {
        Write(sudo, rootwrap);
        return new Restoring(() => Write(RootHelperRules.ForSudo(_name, Program, []), RootHelperRules.ForRootwrap(Program, RootHelperRules.DefaultQemuImg, [])));
    }

    private void Write(string sudo, string filters)
    {
        if (RootwrapPath is { } rootwrap)
        {
            sudo += $"{_name} ALL=(root) NOPASSWD: {rootwrap} {Path.Combine(Folder, "rootwrap.conf")} *, {rootwrap} {Path.Combine(Folder, "bare.conf")} *\n";
            Configure("rootwrap.conf", "filters.d", filters);
            Configure("bare.conf", "bare.d", "[Filters]\nls: CommandFilter, ls, root\n");
        }

        WriteSecret(SudoFile, sudo);
    }

    private void Configure(string name, string folder, string filters)
    {
        string path = Path.Combine(Folder, folder);
        Directory.CreateDirectory(path, Everybody);
        File.WriteAllText(Path.Combine(path, "imageutils.filters"), filters);
        File.WriteAllText(Path.Combine(Folder, name), $"[DEFAULT]\nfilters_path={path}\nexec_dirs=/sbin,/usr/sbin,/bin,/usr/bin\nuse_syslog=False\n");
    }

    private sealed class Restoring(Action restore) : IDisposable
    {
        public void Dispose() => restore();
    }
}
