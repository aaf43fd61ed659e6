using System.Text.Json;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.IntegrationTests.Inspection;

/// <summary>Images of others, of which only a part is there.</summary>
public class PartialCorpusTests
{
    private const int Most = 64 << 20;

    private static readonly int[] Beginnings = [512, 4096, 65536, 1 << 20, 4 << 20];

    private static IEnumerable<string> Paths() => Corpus.Images()
        .Select(entry => Corpus.PathOf(entry.GetProperty("path").GetString()!))
        .Concat(Corpus.HostileFiles().Select(entry => Corpus.PathOf(Path.Combine("hostile", entry.GetProperty("file").GetString()!))))
        .Where(path => new FileInfo(path).Length <= Most);

    private static ImageInspection Judge(IImageReader reader, string? claim) =>
        new ImageInspector().Inspect(reader, new InspectionRequest { ClaimedFormat = claim, VolumeSizeBytes = 1L << 32 }, TestContext.Current.CancellationToken);

    private static PartialImageReader Beginning(byte[] image, int count, bool isLengthKnown)
    {
        var reader = new PartialImageReader(isLengthKnown ? image.Length : null, "part");
        reader.Add(0, image.AsMemory(0, Math.Min(count, image.Length)));
        return reader;
    }

    [Fact]
    public void A_refusal_of_the_beginning_is_a_refusal_of_the_whole()
    {
        List<string> wrong = [];
        int early = 0;
        int refused = 0;
        foreach (string path in Paths())
        {
            byte[] image = File.ReadAllBytes(path);
            ImageInspection free = Judge(new MemoryImageReader(image), null);
            foreach (string? claim in new[] { null, free.Facts.Format.Name })
            {
                ImageInspection whole = claim is null ? free : Judge(new MemoryImageReader(image), claim);
                refused += whole.IsAcceptable ? 0 : 1;
                foreach (int count in Beginnings.Where(count => count < image.Length))
                {
                    ImageInspection known = Judge(Beginning(image, count, isLengthKnown: true), claim);
                    ImageInspection unknown = Judge(Beginning(image, count, isLengthKnown: false), claim);
                    if (whole.IsAcceptable && !(known.IsAcceptable && unknown.IsAcceptable))
                    {
                        wrong.Add($"{path} claimed {claim}, {count} bytes: {string.Join("; ", known.Checks.Concat(unknown.Checks).Where(check => check.Outcome == CheckOutcome.Failed))}");
                    }

                    early += count == 1 << 20 && !known.IsAcceptable ? 1 : 0;
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.SkipWhen(refused == 0, "There is no corpus.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{refused} refusals of whole images, {early} of images larger than 1 MiB by their first mebibyte.");
    }

    [Fact]
    public void With_the_ranges_that_are_asked_for_the_verdict_is_that_of_the_whole()
    {
        List<string> wrong = [];
        long given = 0;
        int images = 0;
        foreach (string path in Paths())
        {
            byte[] image = File.ReadAllBytes(path);
            ImageInspection whole = Judge(new MemoryImageReader(image), null);
            PartialImageReader reader = Beginning(image, 64 * 1024, isLengthKnown: true);
            ImageInspection part = Judge(reader, null);
            int rounds = 0;
            for (; !part.IsComplete && rounds < 400; rounds++)
            {
                foreach (ByteRange range in part.Missing)
                {
                    int start = (int)Math.Min(range.Offset, image.Length);
                    int count = (int)Math.Min(range.Count, image.Length - start);
                    given += count;
                    reader.Add(start, image.AsMemory(start, count));
                }

                part = Judge(reader, null);
            }

            images++;
            if (!part.IsComplete || !whole.Checks.Select(check => check.ToString()).SequenceEqual(part.Checks.Select(check => check.ToString()), StringComparer.Ordinal))
            {
                wrong.Add($"{path} after {rounds} rounds: {string.Join("; ", part.Checks.Except(whole.Checks))}");
            }
        }

        Assert.SkipWhen(images == 0, "There is no corpus.");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        TestContext.Current.TestOutputHelper?.WriteLine($"{images} images, {given / images} bytes asked for in the mean, beside the first 64 KiB.");
    }
}
