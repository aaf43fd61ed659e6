using ImageUtils.Chains;
using ImageUtils.Errors;
using ImageUtils.Processes;

namespace ImageUtils.Core.Tests.Chains;

public sealed class VhdUtilTests : IDisposable
{
    private readonly MergeRoom _room = new();

    public void Dispose() => _room.Dispose();

    [Fact]
    public void The_words_are_those_of_cinder()
    {
        Assert.Equal(["modify", "-n", "child", "-p", "parent"], VhdUtilCommands.Modify("child", "parent"));
        Assert.Equal(["query", "-n", "disk", "-v"], VhdUtilCommands.QuerySize("disk"));
        Assert.Equal(["resize", "-n", "disk", "-s", "98765", "-j", "journal"], VhdUtilCommands.Resize("disk", 98765, "journal"));
        Assert.Equal(["coalesce", "-n", "disk"], VhdUtilCommands.Coalesce("disk"));
    }

    [Theory]
    [InlineData("98765.43212345\n", 98765L)]
    [InlineData("16", 16L)]
    [InlineData("error", null)]
    [InlineData("-1", null)]
    public void A_size_is_cut_to_an_integer(string output, long? expected) => Assert.Equal(expected, VhdUtilCommands.ParseSize(output));

    [Fact]
    public async Task A_chain_is_merged_pair_by_pair()
    {
        string[] paths = SmallChain.Save(SmallChain.Three(), _room.Links);
        var tool = new Recorder();
        VhdMergeResult result = await MergeAsync(tool, inPlace: true);
        Assert.Equal((paths[2], "vhd-util", 3), (result.Path, result.Engine, result.ChainLength));
        string journal = tool.Said[3].Split(' ')[^1];
        Assert.Equal("vhd-util-resize-journal", Path.GetFileName(journal));
        Assert.Equal(
            [
                $"modify -n {paths[0]} -p {paths[1]}",
                $"modify -n {paths[1]} -p {paths[2]}",
                $"query -n {paths[0]} -v",
                $"resize -n {paths[1]} -s 7 -j {journal}",
                $"coalesce -n {paths[0]}",
                $"query -n {paths[1]} -v",
                $"resize -n {paths[2]} -s 7 -j {journal}",
                $"coalesce -n {paths[1]}",
            ],
            tool.Said);
        Assert.False(Directory.Exists(Path.GetDirectoryName(journal)));
    }

    [Fact]
    public async Task With_a_destination_it_works_on_copies()
    {
        string[] paths = SmallChain.Save(SmallChain.Three(), _room.Links);
        byte[][] before = [.. paths.Select(File.ReadAllBytes)];
        var tool = new Recorder();
        await MergeAsync(tool, inPlace: false);
        Assert.DoesNotContain(tool.Said, said => said.Contains(_room.Links, StringComparison.Ordinal));
        Assert.Equal(before, paths.Select(File.ReadAllBytes));
        Assert.Equal(before[2], File.ReadAllBytes(_room.Result("merged.vhd")));
        Assert.Single(_room.Leftovers());
    }

    [Fact]
    public async Task A_chain_of_one_runs_no_program()
    {
        SmallChain.Save([SmallChain.Layer(ModelVhd.Dynamic, 8192, 1)], _room.Links);
        var tool = new Recorder();
        await MergeAsync(tool, inPlace: false);
        Assert.Empty(tool.Said);
    }

    [Fact]
    public async Task A_missing_program_is_told_first()
    {
        SmallChain.Save(SmallChain.Three(), _room.Links);
        await Assert.ThrowsAsync<ToolNotFoundException>(() => MergeAsync(new Recorder { IsThere = false }, inPlace: false));
        Assert.Empty(_room.Leftovers());
    }

    [Fact]
    public async Task Its_failure_is_told_with_what_it_said()
    {
        SmallChain.Save(SmallChain.Three(), _room.Links);
        ToolFailedException e = await Assert.ThrowsAsync<ToolFailedException>(() => MergeAsync(new Recorder { ExitCode = 22 }, inPlace: false));
        Assert.Contains("7.25", e.StandardError, StringComparison.Ordinal);
        Assert.Empty(_room.Leftovers());
    }

    private Task<VhdMergeResult> MergeAsync(Recorder tool, bool inPlace) => new VhdChainMerger(_room.Context with { Processes = tool }).MergeAsync(
        new VhdMergeRequest
        {
            Source = new VhdChainSource { DirectoryPath = _room.Links },
            DestinationPath = inPlace ? null : _room.Result("merged.vhd"),
            InPlace = inPlace,
            Engine = VhdEngineChoice.VhdUtil,
        },
        TestContext.Current.CancellationToken);

    private sealed class Recorder : IProcessRunner
    {
        public bool IsThere { get; init; } = true;

        public int ExitCode { get; init; }

        public List<string> Said { get; } = [];

        public Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellationToken)
        {
            Said.Add(string.Join(' ', request.Arguments));
            return Task.FromResult(new ProcessResult(Said[^1], ExitCode, "7.25\n", string.Empty, TimeSpan.Zero));
        }

        public string? Find(string fileName) => IsThere ? "/usr/sbin/vhd-util" : null;
    }
}
