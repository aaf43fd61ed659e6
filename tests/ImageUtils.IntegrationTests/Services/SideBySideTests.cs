namespace ImageUtils.IntegrationTests.Services;

/// <summary>
/// The real cinder and this project do the same work on the same Glance: the same content comes out, or both refuse. What
/// differs stands with its reason in docs/compatibility.md, and nothing else differs.
/// </summary>
public sealed class SideBySideTests(SideBySideRun run) : IClassFixture<SideBySideRun>
{
    private static readonly string[] Hostile =
    [
        "raw_as_qcow2", "qcow2_as_raw", "qcow2_data_file", "backing_raw", "backing_qcow2", "qcow2_unknown_feature", "iso_and_qcow2",
        "vmdk_monolithicFlat", "vmdk_twoGbMaxExtentSparse", "vmdk_without_footer", "vmdk_foreign_extent", "vhd_fixed_as_raw", "qed",
    ];

    [Fact]
    public async Task What_differs_from_cinder_is_what_the_document_says()
    {
        IReadOnlyList<SideBySideOutcome> outcomes = await run.OutcomesAsync();
        if (Environment.GetEnvironmentVariable("IMAGEUTILS_TEST_RESULTS") is { Length: > 0 } results)
        {
            await File.WriteAllLinesAsync(Path.Combine(results, "side-by-side.txt"), outcomes.Select(outcome => outcome.ToString()), TestContext.Current.CancellationToken);
        }

        Assert.Equal(
            SideBySidePage.Read().Differences.Order(StringComparer.Ordinal),
            outcomes.Where(outcome => outcome.IsDifference).Select(SideBySidePage.LineOf).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Where_both_refuse_it_is_by_the_names_that_the_document_says() => Assert.Equal(
        SideBySidePage.Read().Refusals.Order(StringComparer.Ordinal),
        (await run.OutcomesAsync()).Where(outcome => outcome is { Theirs.IsRefusal: true, Ours.IsRefusal: true }).Select(SideBySidePage.PairOf).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public async Task What_only_we_take_has_the_disk_of_the_guest()
    {
        IReadOnlyList<SideBySideOutcome> outcomes = await run.OutcomesAsync();
        string guest = outcomes.Single(outcome => outcome is { Subject: "raw", Work: "raw" }).Theirs.Disk!;
        string disc = outcomes.Single(outcome => outcome is { Subject: "volume_iso", Work: "as raw" }).Theirs.Disk!;
        SideBySideOutcome[] ours = outcomes.Where(outcome => outcome is { Theirs.IsRefusal: true, Ours.Disk: not null }).ToArray();
        Assert.NotEmpty(ours);
        Assert.All(ours, outcome => Assert.True(outcome.Ours.Disk == (outcome.Subject == "volume_iso" ? disc : guest), outcome.ToString()));
    }

    [Fact]
    public async Task Nothing_hostile_is_fetched_with_its_checks_nor_becomes_a_volume()
    {
        SideBySideOutcome[] hostile = (await run.OutcomesAsync()).Where(outcome => Hostile.Contains(outcome.Subject) && outcome.Work != "fetch").ToArray();
        Assert.Equal(Hostile.Length * 3, hostile.Length);
        Assert.All(hostile, outcome => Assert.True(outcome.Ours.IsRefusal, outcome.ToString()));
    }

    [Fact]
    public async Task A_fetch_without_checks_gives_every_image_as_it_is_kept() =>
        Assert.All((await run.OutcomesAsync()).Where(outcome => outcome.Work == "fetch"), outcome => Assert.True(!outcome.Ours.IsRefusal && !outcome.IsDifference, outcome.ToString()));
}
