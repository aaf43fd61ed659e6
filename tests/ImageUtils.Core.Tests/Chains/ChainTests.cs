using ImageUtils.Chains;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Errors;

namespace ImageUtils.Core.Tests.Chains;

public sealed class ChainTests : IDisposable
{
    private readonly MergeRoom _room = new();

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task A_chain_becomes_one_disk_and_says_what_was_done()
    {
        ModelVhd[] chain = SmallChain.Three();
        SmallChain.Save(chain, _room.Links);
        VhdMergeResult result = await _room.MergeFolderAsync("merged.raw", "raw");
        Assert.Equal(ModelVhd.Merge(chain), File.ReadAllBytes(_room.Result("merged.raw")));
        Assert.Equal((3, 65536L, "raw", "managed"), (result.ChainLength, result.VirtualSize, result.Format, result.Engine));
        Assert.True(result.BytesRead >= 65536 && result.BytesWritten > 0 && result.BlocksMerged == 1);
    }

    [Fact]
    public async Task Thirty_one_links_are_merged()
    {
        List<ModelVhd> chain = [SmallChain.Layer(ModelVhd.Dynamic, 65536, 1)];
        for (int link = 1; link < 31; link++)
        {
            chain.Insert(0, SmallChain.Layer(ModelVhd.Differencing, 65536, (byte)(link + 1), chain[0], first: link * 4, last: (link * 4) + 6));
        }

        SmallChain.Save(chain, _room.Links);
        await _room.MergeFolderAsync("merged.raw", "raw");
        Assert.Equal(ModelVhd.Merge(chain), File.ReadAllBytes(_room.Result("merged.raw")));
    }

    [Fact]
    public async Task A_missing_number_is_a_gap()
    {
        string[] paths = SmallChain.Save(SmallChain.Three(), _room.Links);
        File.Delete(paths[1]);
        VhdChainBrokenException e = await Assert.ThrowsAsync<VhdChainBrokenException>(() => _room.MergeFolderAsync("merged.vhd"));
        Assert.Equal(paths[1], e.Path);
        File.Delete(paths[0]);
        e = await Assert.ThrowsAsync<VhdChainBrokenException>(() => _room.MergeFolderAsync("merged.vhd"));
        Assert.Equal(paths[0], e.Path);
        Assert.Empty(_room.Leftovers());
    }

    [Fact]
    public async Task Another_parent_is_refused_with_its_place_unless_ids_are_ignored()
    {
        ModelVhd last = SmallChain.Layer(ModelVhd.Dynamic, 8192, 1);
        ModelVhd[] chain = [SmallChain.Layer(ModelVhd.Differencing, 8192, 2, SmallChain.Layer(ModelVhd.Dynamic, 8192, 9), first: 3, last: 5), last];
        string[] paths = SmallChain.Save(chain, _room.Links);
        VhdChainBrokenException e = await Assert.ThrowsAsync<VhdChainBrokenException>(() => _room.MergeFolderAsync("merged.raw", "raw"));
        Assert.Equal((paths[0], 552L), (e.Path, e.Offset));
        await Assert.ThrowsAsync<VhdChainBrokenException>(() => _room.MergeArchiveAsync(_room.Pack(paths)));
        Assert.Empty(_room.Leftovers());
        await _room.MergeFolderAsync("merged.raw", "raw", ignoreIds: true);
        Assert.Equal(ModelVhd.Merge(chain), File.ReadAllBytes(_room.Result("merged.raw")));
        await _room.MergeArchiveAsync(_room.Pack(paths), ignoreIds: true);
        Assert.Equal(ModelVhd.Merge(chain), File.ReadAllBytes(_room.Result("merged.raw")));
    }

    [Fact]
    public async Task Files_of_two_chains_and_files_twice_are_refused()
    {
        string[] paths = SmallChain.Save([.. SmallChain.Three(), SmallChain.Layer(ModelVhd.Dynamic, 4096, 7)], _room.Links);
        await Refused(paths);
        await Refused([paths[0], paths[1]]);
        await Refused([paths[0], paths[2], paths[1], paths[2]]);
        string copy = _room.Link("copy");
        File.Copy(paths[2], copy);
        await Refused([paths[0], paths[1], paths[2], copy]);

        Task Refused(IReadOnlyList<string> files) => Assert.ThrowsAsync<VhdChainBrokenException>(() => _room.MergeAsync(new VhdMergeRequest
        {
            Source = new VhdChainSource { Paths = files },
            DestinationPath = _room.Result("merged.vhd"),
        }));
    }

    [Fact]
    public async Task Damage_names_the_link_and_the_offset()
    {
        string[] paths = SmallChain.Save(SmallChain.Three(), _room.Links);
        byte[] good = File.ReadAllBytes(paths[1]);
        await Damage(bytes => bytes[512 + 100] ^= 1, 512 + 36);
        await Damage(bytes => bytes.Fill(0, 8, 0).Fill(bytes.Length - 512, 8, 0), [null]);
        await Damage(bytes => bytes.Put(1536, bytes.AsSpan(1540, 4).ToArray()), 1536, 1540);
        await Damage(bytes => bytes.Be32(1536 + 12, 1), 1536 + 12);

        async Task Damage(Action<byte[]> change, params long?[] offsets)
        {
            byte[] bad = [.. good];
            change(bad);
            File.WriteAllBytes(paths[1], bad);
            VhdCorruptException e = await Assert.ThrowsAsync<VhdCorruptException>(() => _room.MergeFolderAsync("merged.vhd"));
            Assert.Equal(paths[1], e.Path);
            Assert.Contains(e.Offset, offsets ?? [null]);
            e = await Assert.ThrowsAsync<VhdCorruptException>(() => _room.MergeArchiveAsync(_room.Pack(paths)));
            Assert.EndsWith("1.vhd", e.Path, StringComparison.Ordinal);
            Assert.Empty(_room.Leftovers());
        }
    }

    [Fact]
    public async Task A_VHDX_is_recognised_and_refused()
    {
        File.WriteAllBytes(_room.Link("0.vhd"), [.. "vhdxfile"u8, .. new byte[4 << 20]]);
        NotSupportedOperationException e = await Assert.ThrowsAsync<NotSupportedOperationException>(() => _room.MergeFolderAsync("merged.vhd"));
        Assert.Contains("VHDX", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_destination_that_is_there_or_is_a_link_is_refused()
    {
        string[] paths = SmallChain.Save(SmallChain.Three(), _room.Links);
        await Assert.ThrowsAsync<DestinationIsSourceException>(() => _room.MergeAsync(Request(paths[1], force: true)));
        File.WriteAllText(_room.Result("merged.vhd"), "precious");
        await Assert.ThrowsAsync<DestinationExistsException>(() => _room.MergeAsync(Request(_room.Result("merged.vhd"), force: false)));
        Assert.Equal("precious", File.ReadAllText(_room.Result("merged.vhd")));

        VhdMergeRequest Request(string destination, bool force) => new() { Source = new VhdChainSource { DirectoryPath = _room.Links }, DestinationPath = destination, Force = force };
    }

    [Fact]
    public async Task A_merge_that_is_cancelled_leaves_nothing()
    {
        SmallChain.Save(SmallChain.Three(), _room.Links);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _room.MergeAsync(
            new VhdMergeRequest { Source = new VhdChainSource { DirectoryPath = _room.Links }, DestinationPath = _room.Result("merged.vhd") },
            stop.Token));
        Assert.Empty(_room.Leftovers());
    }

    [Fact]
    public void A_chain_is_listed_from_its_newest_file_with_its_facts()
    {
        ModelVhd[] chain = SmallChain.Three();
        string[] paths = SmallChain.Save(chain, _room.Links);
        IReadOnlyList<VhdLink> links = new VhdChainReader(_room.Context).Read(new VhdChainSource { Paths = [paths[0]] }, TestContext.Current.CancellationToken);
        Assert.Equal(paths, links.Select(link => link.Path));
        Assert.Equal([VhdType.Differencing, VhdType.Differencing, VhdType.Dynamic], links.Select(link => link.Type));
        Assert.All(links, link => Assert.Equal((65536L, 4096L, paths[0], (string?)null), (link.VirtualSize, link.BlockSize, link.LeafPath, link.Problem)));
        Assert.Equal((chain[0].Id, chain[0].ParentId, "parent.vhd"), (links[0].UniqueId, links[0].ParentUniqueId, links[0].ParentName));
    }

    [Fact]
    public void Problems_are_told_by_the_links()
    {
        string[] paths = SmallChain.Save(SmallChain.Three(), _room.Links);
        var reader = new VhdChainReader(_room.Context);
        string archive = _room.Pack(paths.Take(2));
        Assert.Contains("missing", reader.Read(new VhdChainSource { ArchivePath = archive }, default)[1].Problem, StringComparison.Ordinal);
        File.WriteAllBytes(paths[1], new byte[512]);
        IReadOnlyList<VhdLink> links = reader.Read(new VhdChainSource { DirectoryPath = _room.Links }, default);
        Assert.Equal([false, true, false], links.Select(link => link.Problem is not null));
        File.Delete(paths[1]);
        Assert.Contains("1.vhd", Assert.Single(reader.Read(new VhdChainSource { DirectoryPath = _room.Links }, default)).Problem, StringComparison.Ordinal);
        Assert.Contains("missing", Assert.Single(reader.Read(new VhdChainSource { Paths = [paths[0]] }, default)).Problem, StringComparison.Ordinal);
    }
}
