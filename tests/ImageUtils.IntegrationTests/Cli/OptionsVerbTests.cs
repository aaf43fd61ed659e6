using System.Text.Json;
using ImageUtils.Configuration;
using ImageUtils.IntegrationTests.Support;

namespace ImageUtils.IntegrationTests.Cli;

/// <summary><c>imageutils options</c>: environment, user file and defaults, each shown with its source.</summary>
public sealed class OptionsVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_option_is_shown_with_value_source_and_name_in_cinder()
    {
        GivenFile("""{"RetryCount":5,"CinderConf":{"RetryCount":6,"VolumeDdBlockSize":"4M"}}""");

        CommandLine run = await CommandLine.RunAsync(_folder.Path, ["options", "--json"]);

        Assert.Equal(0, run.ExitCode);
        Dictionary<string, JsonElement> options = run.Objects.ToDictionary(option => option.GetProperty("name").GetString()!);
        Assert.Equal(OptionDefinitions.All.Select(definition => definition.Name), options.Keys);
        Assert.Equal((5, "user-file", "glance_num_retries"), (options["RetryCount"].GetProperty("value").GetInt32(), Text("RetryCount", "source"), Text("RetryCount", "cinderName")));
        Assert.Equal((4L << 20, "cinder-conf"), (options["VolumeDdBlockSize"].GetProperty("value").GetInt64(), Text("VolumeDdBlockSize", "source")));
        Assert.Equal((Path.Combine(_folder.Path, "images"), "environment"), (Text("LocalImageDirectory", "value"), Text("LocalImageDirectory", "source")));
        Assert.Equal((60, "default"), (options["ConversionCpuLimit"].GetProperty("value").GetInt32(), Text("ConversionCpuLimit", "source")));
        Assert.Equal(["streamOptimized", "monolithicSparse"], options["VmdkAllowedTypes"].GetProperty("value").EnumerateArray().Select(item => item.GetString()));
        Assert.Equal(JsonValueKind.Null, options["BackendName"].GetProperty("value").ValueKind);

        string? Text(string option, string property) => options[option].GetProperty(property).GetString();
    }

    [Fact]
    public async Task People_get_a_table()
    {
        CommandLine run = await CommandLine.RunAsync(_folder.Path, ["options"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"(?m)^ConversionAddressSpaceLimit +1 GiB +Default +image_conversion_address_space_limit$", run.Output);
    }

    [Fact]
    public async Task A_broken_file_is_one_line_that_names_it()
    {
        GivenFile("""{"RetryCount":""");

        CommandLine run = await CommandLine.RunAsync(_folder.Path, ["options", "--json"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains("options.json", Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private void GivenFile(string text)
    {
        string folder = Path.Combine(_folder.Path, "settings", "imageutils");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "options.json"), text);
    }
}
