using System.Text;
using ImageUtils.Core.Tests.Safety.Rules;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;

namespace ImageUtils.Core.Tests.Fuzzing;

/// <summary>Where mutations start: images made here, and the small ones of the corpus where it is there.</summary>
public static class FuzzSeeds
{
    private const long LargestFile = 4 << 20;

    public static IReadOnlyList<FuzzSeed> Load(string? corpus)
    {
        List<FuzzSeed> seeds = [.. Made().Select(made => FuzzSeed.Of(made.Name, made.Image))];
        if (corpus is null)
        {
            return seeds;
        }

        // Each folder once more than its number of files would give: what people made to deceive is worth most.
        foreach (string folder in new[] { "hostile", "gen", "images" })
        {
            string[] files = Directory.GetFiles(Path.Combine(corpus, folder), "*", SearchOption.AllDirectories);
            Array.Sort(files, StringComparer.Ordinal);
            seeds.AddRange(files.Where(file => new FileInfo(file) is { Length: > 0 and <= LargestFile, LinkTarget: null }).Select(file => FuzzSeed.Of(Path.GetFileName(file), File.ReadAllBytes(file))));
        }

        return seeds;
    }

    private static IEnumerable<(string Name, byte[] Image)> Made()
    {
        yield return ("qcow2", MadeQcow2.Version3());
        yield return ("qcow2 v2", MadeQcow2.Version2());
        yield return ("qcow2 with a backing file", MadeQcow2.WithBacking("base.img"));
        yield return ("qcow2 with a snapshot and a bitmap", Qcow2WalkTests.Made());
        yield return ("qcow", MadeDisks.QcowWithData());
        yield return ("qed", MadeDisks.QedWithData());
        yield return ("vmdk", MadeVmdk.Sparse());
        yield return ("vmdk with grains", MadeVmdk.WithGrains());
        yield return ("vmdk stream", MadeVmdk.Compressed());
        yield return ("vmdk text", MadeVmdk.Text(MadeVmdk.Descriptor));
        yield return ("vhd", MadeVhd.Dynamic());
        yield return ("vhd fixed", MadeVhd.Fixed());
        yield return ("vhd old", MadeVhd.Fixed(isOld: true));
        yield return ("vhdx", new MadeVhdx().Build());
        yield return ("vdi", MadeDisks.Vdi());
        yield return ("luks1", MadeDisks.Luks1());
        yield return ("luks2", MadeDisks.Luks2());
        yield return ("parallels", MadeDisks.Parallels());
        yield return ("bochs", MadeDisks.Bochs());
        yield return ("dmg", MadeDisks.Dmg());
        yield return ("cloop", MadeDisks.Cloop());
        yield return ("iso", MadeDisks.Iso());
        yield return ("gpt", MadeDisks.Gpt());
        yield return ("gzip", MadeGzip.Of(MadeQcow2.Version3()));
        yield return ("xz", new MadeXz().Of(MadeQcow2.Version3()));
        yield return ("zstd", MadeCompressed.Of("zstd", MadeQcow2.Version3()));
        yield return ("bzip2", MadeCompressed.Of("bzip2", MadeQcow2.Version3()));
        yield return ("raw", Encoding.ASCII.GetBytes(new string('x', 4096)));
    }
}
