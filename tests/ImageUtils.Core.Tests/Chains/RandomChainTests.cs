using ImageUtils.Chains;

namespace ImageUtils.Core.Tests.Chains;

public sealed class RandomChainTests
{
    private const int Chains = 1000;
    private const int Shares = 10;

    public static TheoryData<int> Share() => new(Enumerable.Range(0, Shares));

    [Theory]
    [MemberData(nameof(Share))]
    public async Task Random_chains_become_what_their_writes_say(int share)
    {
        for (int seed = share; seed < Chains; seed += Shares)
        {
            using var room = new MergeRoom();
            var chain = new RandomChain(seed, room.Links);
            string story = $"seed {seed}: {chain}";
            byte[] expected = chain.Content;
            await room.MergeFolderAsync("merged.raw", "raw");
            Require(expected, File.ReadAllBytes(room.Result("merged.raw")), "raw, " + story);
            await room.MergeAsync(new VhdMergeRequest { Source = new VhdChainSource { Paths = Shuffled(chain.Paths, seed) }, DestinationPath = room.Result("merged.vhd") });
            RequireVhd(expected, room.Result("merged.vhd"), "vhd, " + story);
            if (seed % 3 == 0)
            {
                await room.MergeFolderAsync("fixed.vhd", "vhd", "fixed");
                RequireVhd(expected, room.Result("fixed.vhd"), "fixed, " + story);
                await room.MergeArchiveAsync(room.Pack(seed % 2 == 0 ? chain.Paths : chain.Paths.Reverse(), isPacked: seed % 5 > 0), "archived.vhd", "vhd");
                RequireVhd(expected, room.Result("archived.vhd"), "archive, " + story);
            }

            await MergeInPlaceAsync(room, chain, expected, story);
        }
    }

    private static async Task MergeInPlaceAsync(MergeRoom room, RandomChain chain, byte[] expected, string story)
    {
        VhdMergeResult result = await room.MergeAsync(new VhdMergeRequest { Source = new VhdChainSource { DirectoryPath = room.Links }, InPlace = true });
        Assert.Equal(chain.Paths[^1], result.Path);
        Assert.Equal(chain.Paths.Count, Directory.GetFileSystemEntries(room.Links).Length);
        if (chain.Paths.Count > 1)
        {
            RequireVhd(expected, result.Path, "in place, " + story);
        }
    }

    private static List<string> Shuffled(IReadOnlyList<string> paths, int seed)
    {
        string[] shuffled = [.. paths];
        new Random(seed).Shuffle(shuffled);
        return [.. shuffled];
    }

    private static void RequireVhd(byte[] expected, string path, string story)
    {
        byte[] file = File.ReadAllBytes(path);
        Require(expected, PlainVhdReader.Read(file, obeyBitmaps: true), "by bitmaps, " + story);
        Require(expected, PlainVhdReader.Read(file, obeyBitmaps: false), "without bitmaps, " + story);
    }

    private static void Require(byte[] expected, byte[] actual, string story)
    {
        Assert.True(expected.Length == actual.Length, $"{story}: {actual.Length} bytes instead of {expected.Length}");
        int same = expected.AsSpan().CommonPrefixLength(actual);
        Assert.True(same == expected.Length, $"{story}: byte {same} differs");
    }
}
