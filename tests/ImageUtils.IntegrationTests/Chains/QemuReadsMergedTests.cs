using ImageUtils.Chains;
using ImageUtils.Core.Tests.Chains;
using ImageUtils.IntegrationTests.Support;

namespace ImageUtils.IntegrationTests.Chains;

/// <summary>Another reader's view of what was merged.</summary>
public sealed class QemuReadsMergedTests
{
    [Fact]
    public async Task Qemu_reads_the_same_disk_from_what_was_merged()
    {
        Workshop.RequireQemuImg();
        for (int seed = 0; seed < 60; seed++)
        {
            using var shop = new Workshop();
            string links = Directory.CreateDirectory(shop.File("links")).FullName;
            var chain = new RandomChain(seed, links);
            byte[] content = chain.Content;
            if (content.Length % 512 != 0)
            {
                // qemu knows whole sectors only.
                continue;
            }

            File.WriteAllBytes(shop.File("expected.raw"), content);
            var source = new VhdChainSource { DirectoryPath = links };
            var merger = new VhdChainMerger(shop.Context);
            await merger.MergeAsync(new VhdMergeRequest { Source = source, DestinationPath = shop.File("merged.vhd") }, TestContext.Current.CancellationToken);
            await RequireSameAsync(shop, shop.File("merged.vhd"), seed);

            // For blocks below 4 KiB qemu takes the bitmap for 0 bytes (block/vpc.c, vpc_open), where the specification has a sector.
            bool isReadByQemu = chain.Layers[^1].Type == ModelVhd.Fixed || chain.Layers[^1].BlockSize >= 4096;
            if (chain.Paths.Count > 1 && isReadByQemu)
            {
                VhdMergeResult result = await merger.MergeAsync(new VhdMergeRequest { Source = source, InPlace = true }, TestContext.Current.CancellationToken);
                await RequireSameAsync(shop, result.Path, seed);
            }
        }
    }

    private static async Task RequireSameAsync(Workshop shop, string path, int seed)
    {
        var result = await shop.RunAsync("qemu-img", "compare", "-f", "raw", "-F", "vpc", shop.File("expected.raw"), path);
        Assert.True(result.ExitCode == 0, $"seed {seed}: {result.StandardOutput}{result.StandardError}");
    }
}
