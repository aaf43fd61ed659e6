using System.Text.Json;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.IntegrationTests.Inspection;

/// <summary>Files that were made to deceive an inspector.</summary>
public class HostileCorpusTests
{
    private const int MetadataBound = 1 << 20;

    /// <summary>Verdicts that ours does not reach, with the reason. A file that is reached must leave this list.</summary>
    private static readonly Dictionary<string, string> KnownGaps = new(StringComparer.Ordinal);

    [Theory]
    [InlineData(InspectionDepth.Metadata)]
    [InlineData(InspectionDepth.Full)]
    public void Every_file_has_the_verdict_that_is_expected_of_it(InspectionDepth depth)
    {
        string folder = Corpus.PathOf("hostile");
        List<string> wrong = [];
        VerdictTable table = new();
        int judged = 0;
        foreach (JsonElement file in Corpus.HostileFiles())
        {
            string name = file.GetProperty("file").GetString()!;
            string verdict = file.GetProperty("verdict").GetString()!;
            using FileImageReader reader = FileImageReader.Open(Path.Combine(folder, name));
            ImageInspection inspection = new ImageInspector().Inspect(reader, new InspectionRequest { Depth = depth }, TestContext.Current.CancellationToken);
            bool isRight = verdict == "warn" || inspection.IsAcceptable == (verdict == "accept");
            if (isRight == KnownGaps.ContainsKey(name))
            {
                wrong.Add($"{name} ({verdict}): {string.Join("; ", inspection.Checks.Where(check => check.Outcome == CheckOutcome.Failed))}");
            }

            Assert.All(inspection.Checks, check => Assert.DoesNotContain(check.Reason, char.IsControl));
            if (depth == InspectionDepth.Metadata)
            {
                Assert.InRange(reader.BytesRead, 0, MetadataBound);
            }

            table.Add(file, inspection);
            judged++;
        }

        if (depth == InspectionDepth.Metadata && Environment.GetEnvironmentVariable("IMAGEUTILS_TEST_RESULTS") is { Length: > 0 } results)
        {
            File.WriteAllText(Path.Combine(results, "verdicts.txt"), table.ToString());
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(judged > 100, $"Only {judged} files were there.");
    }

    [Fact]
    public void A_name_is_a_name_whatever_it_looks_like()
    {
        string content = Corpus.PathOf(Path.Combine("hostile", "q01-control-v3.qcow2"));
        using var folder = new TemporaryFolder();
        foreach (JsonElement entry in Corpus.HostileNames())
        {
            string name = System.Text.Encoding.UTF8.GetString(Convert.FromHexString(entry.GetProperty("name_hex").GetString()!));
            string path = Path.Combine(folder.Path, name);
            File.Copy(content, path);
            ImageInspection inspection = new ImageInspector().Inspect(path, InspectionRequest.Default, TestContext.Current.CancellationToken);
            Assert.True(inspection.IsAcceptable, name);
            Assert.Equal("qcow2", inspection.Facts.Format.Name);
        }
    }

    [Theory]
    [InlineData(InspectionDepth.Metadata)]
    [InlineData(InspectionDepth.Full)]
    public void Every_failed_check_shows_its_place_its_bytes_and_what_stands_behind_it(InspectionDepth depth)
    {
        string folder = Corpus.PathOf("hostile");
        List<string> wrong = [];
        foreach (JsonElement file in Corpus.HostileFiles())
        {
            string name = file.GetProperty("file").GetString()!;
            string path = Path.Combine(folder, name);
            long length = new FileInfo(path).Length;
            ImageInspection inspection = new ImageInspector().Inspect(path, new InspectionRequest { Depth = depth }, TestContext.Current.CancellationToken);
            foreach (ImageCheck check in inspection.Checks.Where(check => check.Outcome == CheckOutcome.Failed))
            {
                // Where the file ends too early, the place is where the bytes should be.
                bool isShown = check.Offset >= 0 && (check.Evidence is { Length: > 0 } || check.Offset >= length);
                if (check.Reference is null || !isShown)
                {
                    wrong.Add($"{name}: {check.Name} at {check.Offset}: {check.Reason} [{check.Reference}]");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }
}
