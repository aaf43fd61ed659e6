using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ImageUtils.IntegrationTests.Documentation;
using ImageUtils.IntegrationTests.Services;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Services.Glance;
using ImageUtils.Services.Identity;

[assembly: AssemblyFixture(typeof(OpenStackServices))]

namespace ImageUtils.IntegrationTests.Services;

/// <summary>
/// Real Keystone and Glance, started when the first test wants them and ended after the last one. A run of several suites
/// starts them once and names their folder in IMAGEUTILS_TEST_OPENSTACK.
/// </summary>
public sealed class OpenStackServices : IAsyncDisposable
{
    private static readonly string Script = Path.Combine(CompatibilityPage.Root, "tests", "Services", "openstack.sh");

    private readonly Lazy<Task<(OpenStackState? State, string Reason)>> _services;
    private string? _folder;

    public OpenStackServices() => _services = new(StartAsync);

    /// <summary>The services; the test is skipped where they are not installed.</summary>
    public async Task<OpenStackState> RequireAsync()
    {
        (OpenStackState? state, string reason) = await _services.Value;
        Assert.SkipWhen(state is null, reason);
        return state!;
    }

    /// <summary>A client of one of the users at the Glance that asks Keystone.</summary>
    public async Task<GlanceImageService> ConnectAsync(string user = "demo", Func<CloudConnectionSettings, CloudConnectionSettings>? change = null, RecordingLog? log = null)
    {
        OpenStackState state = await RequireAsync();
        var settings = new CloudConnectionSettings { Identity = PasswordOf(state, user), RetryCount = 2 };
        return new GlanceImageService(change?.Invoke(settings) ?? settings, log ?? new RecordingLog());
    }

    /// <summary>A client of the Glance that asks nobody.</summary>
    public async Task<GlanceImageService> ConnectOpenAsync() =>
        new(new CloudConnectionSettings { ImageEndpoints = [new Uri((await RequireAsync()).OpenImage)], RetryCount = 2 });

    public static IdentitySettings PasswordOf(OpenStackState state, string user) => new()
    {
        AuthUrl = new Uri(state.Identity),
        Method = AuthenticationMethod.Password,
        UserName = state.Accounts[user].User,
        Password = SecretText.Of(state.Accounts[user].Password),
        ProjectName = state.Accounts[user].Project,
    };

    public async ValueTask DisposeAsync()
    {
        if (_folder is not null)
        {
            await RunAsync("stop", _folder);
        }
    }

    private async Task<(OpenStackState? State, string Reason)> StartAsync()
    {
        string? folder = Environment.GetEnvironmentVariable("IMAGEUTILS_TEST_OPENSTACK");
        if (string.IsNullOrEmpty(folder))
        {
            if (!OperatingSystem.IsLinux())
            {
                return (null, "Keystone and Glance are started on Linux only.");
            }

            (_, string missing) = await RunAsync("missing");
            if (missing.Trim().Length > 0)
            {
                return (null, $"Not installed: {string.Join(' ', missing.Split('\n', StringSplitOptions.RemoveEmptyEntries))}.");
            }

            _folder = folder = Path.Combine(Path.GetTempPath(), $"iu-openstack-{Environment.ProcessId}");
            (int exitCode, string output) = await RunAsync("start", folder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            Assert.True(exitCode == 0, "The services did not start: " + output);
        }

        byte[] state = await File.ReadAllBytesAsync(Path.Combine(folder, "state.json"));
        return (JsonSerializer.Deserialize<OpenStackState>(state, JsonSerializerOptions.Web), string.Empty);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] words)
    {
        using Process process = Process.Start(new ProcessStartInfo(Script, words) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, process.ExitCode == 0 ? output : output + await error);
    }
}
