using System.Text.Json;
using ImageUtils.Core.Tests.Chains;
using ImageUtils.IntegrationTests.Support;

namespace ImageUtils.IntegrationTests.Cli;

public sealed class ChainCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RandomChain _chain;

    public ChainCommandTests()
    {
        Directory.CreateDirectory(_folder.File("links"));
        _chain = new RandomChain(2, _folder.File("links"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Merge_vhd_merges_files_to_a_new_file_and_in_place()
    {
        CommandLine run = await RunAsync(["merge-vhd", .. _chain.Paths.Reverse(), "--destination", "merged.raw", "--to", "raw", "--json"]);
        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        JsonElement result = Assert.Single(run.Objects);
        Assert.Equal(("managed", _chain.Paths.Count), (result.GetProperty("engine").GetString(), result.GetProperty("chainLength").GetInt32()));
        Assert.Equal(_chain.Content, File.ReadAllBytes(_folder.File("merged.raw")));
        run = await RunAsync(["merge-vhd", "--directory", "links", "--in-place", "--json"]);
        Assert.Equal(_chain.Paths[^1], Assert.Single(run.Objects).GetProperty("path").GetString());
    }

    [Fact]
    public async Task Wrong_words_are_usage_and_refusals_are_one_line()
    {
        Assert.Equal(2, (await RunAsync(["merge-vhd", "--directory", "links"])).ExitCode);
        Assert.Equal(2, (await RunAsync(["merge-vhd", "--directory", "links", "--destination", "x", "--in-place"])).ExitCode);
        Assert.Equal(2, (await RunAsync(["chain", "x", "--directory", "links"])).ExitCode);
        CommandLine run = await RunAsync(["merge-vhd", _chain.Paths[0], "--destination", "x.vhd"]);
        Assert.Equal((1, 1), (run.ExitCode, run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length));
        Assert.False(File.Exists(_folder.File("x.vhd")));
    }

    [Fact]
    public async Task Chain_prints_an_object_a_link()
    {
        CommandLine run = await RunAsync(["chain", "--directory", "links", "--json"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(_chain.Paths, run.Objects.Select(link => link.GetProperty("path").GetString()!));
        Assert.Equal("differencing", run.Objects[0].GetProperty("type").GetString());
        Assert.Equal(_chain.Layers[0].Id.ToString(), run.Objects[0].GetProperty("uniqueId").GetString());
        Assert.Contains("0.vhd", (await RunAsync(["chain", "--directory", "links"])).Output, StringComparison.Ordinal);
    }

    private Task<CommandLine> RunAsync(IReadOnlyList<string> words) => CommandLine.RunAsync(_folder.Path, words);
}
