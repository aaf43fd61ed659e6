using ImageUtils.IntegrationTests.Support;

namespace ImageUtils.IntegrationTests.Cli;

/// <summary><c>imageutils clean</c>.</summary>
public sealed class CleanCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _conversion;

    public CleanCommandTests()
    {
        _conversion = Path.Combine(_folder.Path, "conversion");
        Directory.CreateDirectory(_conversion);
        foreach (string name in new[] { "tmphost@one", "tmphost@two", "vol_upload_1", "precious.raw" })
        {
            File.WriteAllText(Path.Combine(_conversion, name), "x");
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_removes_what_a_backend_left_and_prints_each_file()
    {
        CommandLine run = await RunAsync("clean", "--backend", "host@one", "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(Path.Combine(_conversion, "tmphost@one"), Assert.Single(run.Objects).GetProperty("path").GetString());
        Assert.Equal(["precious.raw", "tmphost@two", "vol_upload_1"], Names());
    }

    [Fact]
    public async Task Without_a_backend_it_knows_its_own_files()
    {
        Assert.Equal(0, (await RunAsync("clean")).ExitCode);
        Assert.Equal(["precious.raw", "tmphost@one", "tmphost@two"], Names());
    }

    [Fact]
    public async Task An_age_spares_what_is_young()
    {
        File.SetLastWriteTimeUtc(Path.Combine(_conversion, "tmphost@two"), DateTime.UtcNow.AddDays(-8));
        Assert.Single((await RunAsync("clean", "--backend", "@two", "--older-than", "7d", "--json")).Objects);
        Assert.Empty((await RunAsync("clean", "--backend", "@one", "--older-than", "1.00:00:00", "--json")).Objects);
        Assert.Contains("tmphost@one", Names());
    }

    [Theory]
    [InlineData("7")]
    [InlineData("soon")]
    [InlineData("-1d")]
    [InlineData("9999999999999d")]
    public async Task An_age_that_is_none_is_wrong_usage(string age)
    {
        Assert.Equal(2, (await RunAsync("clean", "--older-than", age)).ExitCode);
        Assert.Equal(4, Names().Length);
    }

    [Fact]
    public async Task A_missing_folder_is_nothing()
    {
        Directory.Delete(_conversion, recursive: true);
        CommandLine run = await RunAsync("clean");
        Assert.Equal((0, string.Empty, string.Empty), (run.ExitCode, run.Output, run.Error));
    }

    private string[] Names() => [.. Directory.GetFileSystemEntries(_conversion).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private Task<CommandLine> RunAsync(params string[] words) => CommandLine.RunAsync(_folder.Path, words);
}
