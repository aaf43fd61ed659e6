using System.Formats.Tar;
using ImageUtils.Chains;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Errors;

namespace ImageUtils.Core.Tests.Chains;

public sealed class ArchiveTests : IDisposable
{
    private readonly MergeRoom _room = new();
    private readonly ModelVhd[] _chain = SmallChain.Three();
    private readonly string[] _paths;

    public ArchiveTests() => _paths = SmallChain.Save(_chain, _room.Links);

    public void Dispose() => _room.Dispose();

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task Members_in_any_order_are_merged(bool isPacked, bool isReversed)
    {
        VhdMergeResult result = await _room.MergeArchiveAsync(_room.Pack(isReversed ? _paths.Reverse() : _paths, isPacked));
        Assert.Equal(ModelVhd.Merge(_chain), File.ReadAllBytes(_room.Result("merged.raw")));
        Assert.Equal(isReversed, result.TemporaryBytes > 0);
        Assert.Single(_room.Leftovers());
    }

    [Fact]
    public async Task An_archive_of_one_file_and_one_with_a_fixed_base_are_merged()
    {
        ModelVhd only = SmallChain.Layer(ModelVhd.Fixed, 70000, 5, end: "old");
        ModelVhd[] two = [SmallChain.Layer(ModelVhd.Differencing, 90000, 6, only, first: 100, last: 150), only];
        string[] paths = SmallChain.Save(two, _room.Links);
        await _room.MergeArchiveAsync(_room.Pack(paths));
        Assert.Equal(ModelVhd.Merge(two), File.ReadAllBytes(_room.Result("merged.raw")));
        only.Save(paths[0], new Random(1));
        await _room.MergeArchiveAsync(_room.Pack([paths[0]]));
        Assert.Equal(only.Data, File.ReadAllBytes(_room.Result("merged.raw")));
    }

    [Fact]
    public async Task An_archive_is_replaced_by_its_disk()
    {
        string archive = _room.Pack(_paths);
        VhdMergeResult result = await _room.MergeAsync(new VhdMergeRequest { Source = new VhdChainSource { ArchivePath = archive }, InPlace = true });
        Assert.Equal(archive, result.Path);
        Assert.Equal(ModelVhd.Merge(_chain), PlainVhdReader.Read(File.ReadAllBytes(archive), obeyBitmaps: true));
        Assert.Empty(_room.Leftovers());
    }

    [Fact]
    public async Task An_archive_without_its_first_disk_is_refused()
    {
        string empty = _room.Result("empty.tar");
        File.WriteAllBytes(empty, new byte[1024]);
        await Assert.ThrowsAsync<VhdChainBrokenException>(() => _room.MergeArchiveAsync(empty));
        File.Delete(empty);
        await Assert.ThrowsAsync<VhdChainBrokenException>(() => _room.MergeArchiveAsync(_room.Pack(_paths.Skip(1))));
        await Assert.ThrowsAsync<VhdChainBrokenException>(() => _room.MergeArchiveAsync(_room.Pack([_paths[0], _paths[2]])));
        Assert.Empty(_room.Leftovers());
    }

    [Theory]
    [InlineData("../0.vhd")]
    [InlineData("/0.vhd")]
    [InlineData("dir/3.vhd")]
    [InlineData("03.vhd")]
    [InlineData("3.VHD")]
    [InlineData("3.vhd.txt")]
    [InlineData("././3.vhd")]
    [InlineData("-1.vhd")]
    [InlineData("99999.vhd")]
    public async Task Other_names_are_refused(string name) => await Refused(_room.Pack(_paths, more: tar => tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(new byte[10]) })));

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Fifo)]
    [InlineData(TarEntryType.CharacterDevice)]
    [InlineData(TarEntryType.BlockDevice)]
    [InlineData(TarEntryType.Directory)]
    public async Task What_is_no_regular_file_is_refused(TarEntryType kind)
    {
        var entry = new PaxTarEntry(kind, "3.vhd");
        if (kind is TarEntryType.SymbolicLink or TarEntryType.HardLink)
        {
            entry.LinkName = "/etc/hostname";
        }

        await Refused(_room.Pack(_paths, more: tar => tar.WriteEntry(entry)));
    }

    [Fact]
    public async Task A_member_twice_is_refused() => await Refused(_room.Pack([.. _paths, _paths[0]]));

    [Fact]
    public async Task A_cut_anywhere_is_refused()
    {
        foreach (bool isPacked in new[] { true, false })
        {
            string archive = _room.Pack(_paths, isPacked);
            byte[] whole = File.ReadAllBytes(archive);
            foreach (int length in new[] { 1, 100, whole.Length / 3, whole.Length / 2, isPacked ? whole.Length - 1 : whole.Length - 1024, isPacked ? whole.Length - 9 : whole.Length - 2000 })
            {
                File.WriteAllBytes(archive, whole[..length]);
                await Refused(archive);
            }
        }
    }

    [Fact]
    public async Task Damage_behind_the_last_member_is_found_since_the_archive_is_read_to_its_end()
    {
        string archive = _room.Pack(_paths);
        byte[] whole = File.ReadAllBytes(archive);
        File.WriteAllBytes(archive, [.. whole[..^8], 1, 2, 3, 4, .. whole[^4..]]);
        await Refused(archive);
        File.WriteAllBytes(archive, [.. whole, 1, 2, 3]);
        await Refused(archive);
        string plain = _room.Pack(_paths, isPacked: false);
        File.WriteAllBytes(plain, [.. File.ReadAllBytes(plain), .. new byte[511], 1]);
        await Refused(plain);
    }

    [Theory]
    [InlineData("path", "0.vhd")]
    [InlineData("size", "512")]
    [InlineData("GNU.sparse.major", "1")]
    public async Task A_header_that_changes_all_members_at_once_is_refused(string key, string value) => await Refused(InFront('g', MadeTar.Pax(key, value)));

    [Fact]
    public async Task A_comment_for_all_members_is_passed_over()
    {
        await _room.MergeArchiveAsync(InFront('g', MadeTar.Pax("comment", "made by hand")));
        Assert.Equal(ModelVhd.Merge(_chain), File.ReadAllBytes(_room.Result("merged.raw")));
    }

    [Theory]
    [InlineData('x', "9 path=0.vhd")]
    [InlineData('x', "99 path=0.vhd\n")]
    [InlineData('x', "nothing at all")]
    [InlineData('g', "99 comment=x\n")]
    public async Task Attributes_that_are_not_in_order_are_refused(char kind, string records) => await Refused(InFront(kind, System.Text.Encoding.ASCII.GetBytes(records)));

    [Theory]
    [InlineData('L')]
    [InlineData('K')]
    [InlineData('x')]
    public async Task A_name_without_its_member_is_refused(char kind)
    {
        string archive = _room.Pack(_paths, isPacked: false);
        int end = Array.FindLastIndex(File.ReadAllBytes(archive), value => value != 0) / 512;
        byte[] name = kind == 'x' ? MadeTar.Pax("path", "3.vhd") : "3.vhd\0"u8.ToArray();
        File.WriteAllBytes(archive, [.. File.ReadAllBytes(archive)[..((end + 1) * 512)], .. MadeTar.Of(("last", name, kind))]);
        await Refused(archive);
    }

    [Fact]
    public async Task A_folder_with_data_is_refused_since_programs_differ_in_what_follows() => await Refused(InFront('5', new byte[1024], "./"));

    [Fact]
    public async Task A_footer_at_the_end_that_says_something_else_wins()
    {
        // Such an archive cannot be merged as it comes by; the end is known too late.
        ModelVhd other = SmallChain.Layer(ModelVhd.Dynamic, 32768, 1, first: 0, last: 60);
        ModelVhd grown = new() { Type = other.Type, Data = other.Data[..20000], Written = other.Written[..40], BlockSize = other.BlockSize, Id = other.Id };
        string one = _room.Link("0.vhd");
        grown.Save(one, new Random(1));
        byte[] end = File.ReadAllBytes(one)[^512..];
        other.Save(one, new Random(1));
        File.WriteAllBytes(one, [.. File.ReadAllBytes(one)[..^512], .. end]);
        await _room.MergeArchiveAsync(_room.Pack([one]));
        Assert.Equal(grown.Data, File.ReadAllBytes(_room.Result("merged.raw")));
    }

    [Fact]
    public async Task A_bomb_ends_at_the_limit_of_the_ratio()
    {
        string archive = _room.Pack([], more: tar => tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "0.vhd") { DataStream = new Support.ZeroStream((1L << 30) + (64 << 20)) }));
        ArchiveUnsafeException e = await Assert.ThrowsAsync<ArchiveUnsafeException>(() => _room.MergeArchiveAsync(archive));
        Assert.Contains("bomb", e.Message, StringComparison.Ordinal);
        Assert.Empty(_room.Leftovers());
    }

    private string InFront(char kind, byte[] content, string name = "first")
    {
        string archive = _room.Pack(_paths, isPacked: false);
        File.WriteAllBytes(archive, [.. MadeTar.Of((name, content, kind))[..^1024], .. File.ReadAllBytes(archive)]);
        return archive;
    }

    private async Task Refused(string archive)
    {
        await Assert.ThrowsAsync<ArchiveUnsafeException>(() => _room.MergeArchiveAsync(archive));
        Assert.Empty(_room.Leftovers());
        Assert.Equal(3, Directory.GetFileSystemEntries(_room.Links).Length);
    }
}
