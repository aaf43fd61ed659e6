using ImageUtils.Core.Tests.Support;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Storage;

public sealed class DiskSpaceTests
{
    [Fact]
    public void A_path_that_does_not_exist_counts_with_its_nearest_folder()
    {
        using var folder = new TemporaryFolder();
        Assert.True(DiskSpace.AvailableBytes(folder.File("no/such/file")) > 0);
        Assert.Equal(DiskSpace.MountPointOf(folder.Path), DiskSpace.MountPointOf(folder.File("no/such/file")));
    }

    [Theory]
    [InlineData("/proc/self/status", "/proc")]
    [InlineData("/procession", "/")]
    public void The_mount_point_is_the_longest_that_holds_the_path(string path, string mountPoint)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        Assert.Equal(mountPoint, DiskSpace.MountPointOf(path));
    }

    [Fact]
    public void A_link_counts_with_what_it_leads_to()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        using var folder = new TemporaryFolder();
        Directory.CreateSymbolicLink(folder.File("link"), "/proc");
        Assert.Equal("/proc", DiskSpace.MountPointOf(folder.File("link/self")));
    }

    [Fact]
    public void A_full_disk_is_told_from_other_trouble()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "Needs /dev/full.");
        IOException full = Assert.ThrowsAny<IOException>(() =>
        {
            using var stream = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            stream.WriteByte(1);
        });
        Assert.True(DiskSpace.IsNoSpace(full));
        Assert.False(DiskSpace.IsNoSpace(new FileNotFoundException()));
    }

    [Fact]
    public void Symbolic_links_lead_to_the_same_file()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Asked of statx.");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a"), "a");
        File.WriteAllText(folder.File("b"), "a");
        File.CreateSymbolicLink(folder.File("link"), folder.File("a"));
        Assert.True(FileIdentity.AreSame(folder.File("a"), folder.File("link")));
        Assert.False(FileIdentity.AreSame(folder.File("a"), folder.File("b")));
        Assert.False(FileIdentity.AreSame(folder.File("a"), folder.File("none")));
    }
}
