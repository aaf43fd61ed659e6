using System.Diagnostics;
using System.Globalization;

namespace ImageUtils.IntegrationTests.Support;

/// <summary>A loop device over a file, detached when the test ends however it ends.</summary>
internal sealed class LoopDevice : IDisposable
{
    private LoopDevice(string path) => Path = path;

    public string Path { get; }

    /// <summary>Makes a file full of old data and a device of it; skips the test where that is not possible.</summary>
    public static LoopDevice Over(string file, long size, byte filler = 0xEE, params string[] words)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Needs root to make a loop device.");
        if (!File.Exists(file))
        {
            using FileStream stream = File.Create(file);
            byte[] old = new byte[1 << 20];
            Array.Fill(old, filler);
            for (long done = 0; done < size; done += old.Length)
            {
                stream.Write(old, 0, (int)Math.Min(old.Length, size - done));
            }
        }

        (int code, string said) = Run("losetup", [.. words, "--find", "--show", file]);
        Assert.SkipUnless(code == 0, $"Loop devices cannot be made here: {said}");
        return new LoopDevice(said.Trim());
    }

    public byte[] Read(long offset, int count)
    {
        using FileStream stream = File.OpenRead(Path);
        stream.Position = offset;
        byte[] bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The device's number as the kernel writes it.</summary>
    public string Number => File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/sys/class/block/{System.IO.Path.GetFileName(Path)}/dev")).Trim();

    public void Dispose() => Run("losetup", ["--detach", Path]);

    public static (int Code, string Said) Run(string program, params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        string said = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said);
    }
}
