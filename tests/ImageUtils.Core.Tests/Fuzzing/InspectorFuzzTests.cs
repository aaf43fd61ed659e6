using System.Globalization;

namespace ImageUtils.Core.Tests.Fuzzing;

/// <summary>
/// Whatever is done to an image, an inspection ends with a verdict, throws nothing, reads less than 1 MiB of metadata and
/// allocates less than 64 MiB. A short run by default; IMAGEUTILS_FUZZ_EXECUTIONS makes it a long one,
/// IMAGEUTILS_FUZZ_FIRST begins it elsewhere (or repeats a finding), IMAGEUTILS_FUZZ_SAVE names a folder for the findings.
/// </summary>
public class InspectorFuzzTests(ITestOutputHelper output)
{
    private const long ShortRun = 40_000;

    private static long Setting(string name, long otherwise) =>
        long.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out long value) ? value : otherwise;

    [Fact]
    public void No_mutated_image_breaks_a_promise()
    {
        IReadOnlyList<FuzzSeed> seeds = FuzzSeeds.Load(Support.CorpusFolder.Find());
        var run = new FuzzRun(seeds);

        // An execution is one inspection; each image is inspected at both depths.
        run.Run(Setting("IMAGEUTILS_FUZZ_FIRST", 0), Setting("IMAGEUTILS_FUZZ_EXECUTIONS", ShortRun) / 2, TestContext.Current.CancellationToken);

        output.WriteLine(run.Figures);
        Save(seeds, run.Findings);
        Assert.True(run.Findings.Count == 0, string.Join("\n\n", run.Findings));
    }

    [Fact]
    public void The_same_number_makes_the_same_image()
    {
        ImageMutator mutator = new(FuzzSeeds.Load(null));
        int changed = 0;
        for (long number = 0; number < 200; number++)
        {
            (FuzzSeed seed, MutatedImage image) = mutator.Make(number);
            (_, MutatedImage again) = mutator.Make(number);
            Assert.Equal(image.Length, again.Length);
            Assert.Equal(image.Part(0, 65536), again.Part(0, 65536));
            changed += image.Length != seed.Content.Length || !image.Part(0, seed.Content.Length).AsSpan().SequenceEqual(seed.Content) ? 1 : 0;
        }

        Assert.InRange(changed, 150, 200);
    }

    private static void Save(IReadOnlyList<FuzzSeed> seeds, IReadOnlyList<FuzzFinding> findings)
    {
        if (Environment.GetEnvironmentVariable("IMAGEUTILS_FUZZ_SAVE") is not { Length: > 0 } folder)
        {
            return;
        }

        foreach (FuzzFinding finding in findings)
        {
            (_, MutatedImage image) = new ImageMutator(seeds).Make(finding.Number);
            Directory.CreateDirectory(folder);
            string name = Path.Combine(folder, finding.Number.ToString(CultureInfo.InvariantCulture));
            File.WriteAllText(name + ".txt", finding.ToString());
            image.Save(name + ".img");
        }
    }
}
