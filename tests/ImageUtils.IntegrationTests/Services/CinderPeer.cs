using System.Diagnostics;
using System.Text.Json;
using ImageUtils.IntegrationTests.Documentation;

namespace ImageUtils.IntegrationTests.Services;

/// <summary>The cinder that is installed, in a process of its own, which does what it is told one line at a time.</summary>
internal sealed class CinderPeer : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly Process _process;

    private CinderPeer(Process process) => _process = process;

    /// <summary>The test is skipped where cinder is missing.</summary>
    public static void Require() =>
        Assert.SkipUnless(File.Exists(Python) && Directory.Exists("/usr/lib/python3/dist-packages/cinder"), "python3-cinder is not installed.");

    /// <summary>Starts it.</summary>
    public static CinderPeer Start(string glance, string folder)
    {
        string script = Path.Combine(CompatibilityPage.Root, "tests", "Services", "cinder_peer.py");
        var start = new ProcessStartInfo(Python, [script, glance, folder]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return new CinderPeer(process);
    }

    /// <summary>Has it do one thing.</summary>
    /// <returns>The name of the exception; null: it went well.</returns>
    public async Task<string?> AskAsync(string verb, string id, string path, string format = "raw", bool compression = false)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { verb, id, path, format, compression }));
        await _process.StandardInput.FlushAsync();
        string answer = await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("cinder has ended.");
        return JsonDocument.Parse(answer).RootElement.GetProperty("error").GetString();
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000))
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
