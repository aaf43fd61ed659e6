using System.Diagnostics;
using System.Text.Json;
using ImageUtils.IntegrationTests.Support;

namespace ImageUtils.IntegrationTests.Cli;

/// <summary>One run of the built program <c>imageutils</c>.</summary>
internal sealed record CommandLine(int ExitCode, string Output, string Error)
{
    /// <summary>The lines of standard output, each one a JSON object.</summary>
    public IReadOnlyList<JsonElement> Objects =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>Runs the program in a folder, with temporary files below it.</summary>
    public static Task<CommandLine> RunAsync(string folder, IReadOnlyList<string> words, string? path = null, byte[]? input = null, IReadOnlyDictionary<string, string>? variables = null) =>
        PatientlyAsync(() => RunOnceAsync(folder, words, path, input, variables));

    /// <summary>Runs it again where qemu-img could not measure the processor, as on busy machines.</summary>
    public static async Task<CommandLine> PatientlyAsync(Func<Task<CommandLine>> run)
    {
        CommandLine result = await run();
        for (int tries = 1; tries < 10 && result.ExitCode != 0 && PatientConverter.CouldNotMeasure(result.Error); tries++)
        {
            result = await run();
        }

        return result;
    }

    private static async Task<CommandLine> RunOnceAsync(string folder, IReadOnlyList<string> words, string? path, byte[]? input, IReadOnlyDictionary<string, string>? variables)
    {
        ProcessStartInfo start = new(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "imageutils.exe" : "imageutils"), words)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        start.Environment["IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY"] = Path.Combine(folder, "conversion");
        start.Environment["IMAGEUTILS_LOCAL_IMAGE_DIRECTORY"] = Path.Combine(folder, "images");
        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(folder, "settings");
        start.Environment["APPDATA"] = Path.Combine(folder, "settings");
        if (path is not null)
        {
            start.Environment["PATH"] = path;
        }

        foreach ((string name, string value) in variables ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (input is not null)
        {
            await process.StandardInput.BaseStream.WriteAsync(input);
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return new CommandLine(process.ExitCode, await output, await error);
    }
}
