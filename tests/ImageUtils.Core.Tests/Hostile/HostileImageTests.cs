using System.Diagnostics;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Hostile;

/// <summary>
/// Images of every family that deceives inspectors, made here by their formats' rules: each gets its verdict at both depths, at once,
/// and within the bound of what is read.
/// </summary>
public sealed class HostileImageTests
{
    private const long MetadataBytes = 1 << 20;

    private static readonly Dictionary<string, HostileCase> All = new HostileCase[][]
    {
        Qcow2Cases.All, VmdkCases.All, VhdCases.All, VhdxCases.All, DiskCases.All, ContainerCases.All, ArchiveCases.All, PolyglotCases.All,
    }.SelectMany(cases => cases).ToDictionary(made => made.Name, StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gets_the_verdict_that_its_bytes_deserve(string name)
    {
        HostileCase made = All[name];
        byte[] image = made.Make();
        foreach (InspectionDepth depth in Enum.GetValues<InspectionDepth>())
        {
            using MemoryImageReader reader = new(image);
            long started = Stopwatch.GetTimestamp();
            ImageInspection inspection = new ImageInspector().Inspect(reader, new InspectionRequest { Depth = depth }, TestContext.Current.CancellationToken);
            TimeSpan time = Stopwatch.GetElapsedTime(started);
            string checks = string.Join(Environment.NewLine, inspection.Checks.Where(check => check.Outcome is CheckOutcome.Failed or CheckOutcome.Warning));

            bool isJudged = depth == InspectionDepth.Full || !made.OnlyFull;
            Assert.True(!isJudged || inspection.IsAcceptable == made.IsAccepted, $"{depth}, {inspection.Facts.Format.Name}: acceptable is {inspection.IsAcceptable}. {checks}");
            Assert.True(!isJudged || made.Check is null || Verdict.Failed(inspection).Contains(made.Check), $"{depth}: {made.Check} did not fail. {checks}");
            Assert.True(depth == InspectionDepth.Full || reader.BytesRead <= MetadataBytes, $"{reader.BytesRead} bytes were read.");
            Assert.True(time < TimeSpan.FromSeconds(5), $"It took {time}.");
        }
    }
}
