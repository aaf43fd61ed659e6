using ImageUtils.Core.Tests.Support;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Storage;

/// <summary>On folders that stand for /sys and /proc: a disk with one partition, as the kernel describes them.</summary>
public sealed class BlockDeviceUseTests : IDisposable
{
    private static readonly BlockDevice Disk = new("8:0", 1 << 30, Sequence: 1);
    private static readonly BlockDevice Part = new("8:1", 1 << 29, Sequence: 1) { DiskNumber = "8:0" };

    private readonly TemporaryFolder _folder = new();

    public BlockDeviceUseTests()
    {
        Describe("devices/sda/dev", "8:0\n");
        Describe("devices/sda/sda1/dev", "8:1\n");
        Describe("devices/sda/sda1/partition", "1\n");
        Directory.CreateDirectory(_folder.File("sys/devices/sda/holders"));
        Directory.CreateDirectory(_folder.File("sys/devices/sda/sda1/holders"));
        Directory.CreateDirectory(_folder.File("sys/dev/block"));
        Directory.CreateSymbolicLink(_folder.File("sys/dev/block/8:0"), "../../devices/sda");
        Directory.CreateSymbolicLink(_folder.File("sys/dev/block/8:1"), "../../devices/sda/sda1");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nobody_uses_a_device_that_no_list_names()
    {
        Tell("self/mountinfo", "29 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n30 29 0:5 / /proc rw - proc proc rw\n");
        Tell("swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
        Assert.Null(Find(Disk));
        Assert.Null(Find(Part));
    }

    [Fact]
    public void A_mounted_part_keeps_the_whole_disk_busy()
    {
        Tell("self/mountinfo", "29 1 8:1 / /srv rw,relatime shared:1 - ext4 /dev/sda1 rw\n");
        Assert.Equal("it is mounted on /srv.", Find(Part));
        Assert.Equal("it is mounted on /srv.", Find(Disk));
    }

    [Fact]
    public void A_device_that_is_built_on_it_is_named()
    {
        Describe("devices/sda/sda1/holders/dm-3", string.Empty);
        Assert.Equal("'dm-3' is built on it.", Find(Part));
        Assert.Equal("'dm-3' is built on it.", Find(Disk));
    }

    [Fact]
    public void Lists_that_are_not_there_or_broken_are_no_use()
    {
        Assert.Null(Find(Disk));
        Tell("self/mountinfo", "\n- - -\n29 1 8:1\n");
        Assert.Null(Find(Disk));
        Assert.Null(Find(new BlockDevice("9:9", 1, null)));
    }

    [Fact]
    public void A_disk_and_its_part_share_their_bytes()
    {
        Assert.True(Disk.Overlaps(Part));
        Assert.True(Part.Overlaps(Disk));
        Assert.True(Part.Overlaps(Part));
        Assert.False(Part.Overlaps(new BlockDevice("8:2", 1, null) { DiskNumber = "8:0" }));
        Assert.False(Disk.Overlaps(new BlockDevice("8:16", 1, null)));
    }

    private string? Find(BlockDevice device) => new BlockDeviceUse(_folder.File("sys"), _folder.File("proc")).Find(device);

    private void Describe(string name, string text) => Write("sys/" + name, text);

    private void Tell(string name, string text) => Write("proc/" + name, text);

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
        File.WriteAllText(_folder.File(name), text);
    }
}
