using ImageUtils.Core.Tests.Support;
using ImageUtils.Processes;

namespace ImageUtils.Core.Tests.Processes;

/// <summary>On folders that stand for the kernel's: settings are added to files instead of taking effect.</summary>
public sealed class ThrottleGroupTests : IDisposable
{
    private const string OldRead = "blkio.throttle.read_bps_device";
    private const string OldWrite = "blkio.throttle.write_bps_device";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_old_controller_gets_a_limit_for_reading_and_one_for_writing()
    {
        using (ThrottleGroup group = Make(isUnified: false, new ThrottleRequest("copies", 1024, "8:0", "7:3")))
        {
            Assert.Equal(["cgexec", "-g", "blkio:" + group.Name], group.Prefix);
            Assert.StartsWith("copies/", group.Name, StringComparison.Ordinal);
            Assert.Equal("8:0 1024", Last(group, OldRead));
            Assert.Equal("7:3 1024", Last(group, OldWrite));
            group.Join(4711);
            Assert.Equal("4711", Last(group, "cgroup.procs"));
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void The_new_controller_goes_by_its_own_name_and_is_passed_on_to_the_groups()
    {
        using (ThrottleGroup group = Make(isUnified: true, new ThrottleRequest("a/copies", 1024, "8:0", "7:3")))
        {
            Assert.Equal(["cgexec", "-g", "io:" + group.Name], group.Prefix);
            Assert.Equal(["8:0 rbps=1024", "7:3 wbps=1024"], Lines(group, "io.max")[..2]);
            foreach (string above in new[] { string.Empty, "a", "a/copies" })
            {
                Assert.Equal("+io\n", File.ReadAllText(Path.Combine(_folder.Path, above, "cgroup.subtree_control")));
            }
        }

        Assert.False(Directory.Exists(_folder.File("a/copies")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Uses_share_the_limit_and_give_it_back(bool isUnified)
    {
        var request = new ThrottleRequest("copies", 1024, "8:0", "7:3");
        using ThrottleGroup first = Make(isUnified, request);
        ThrottleGroup second = Make(isUnified, request with { WriteDevice = "7:4" });
        Assert.Equal(["8:0=512", "7:3=512"], LimitsOf(first, isUnified));
        Assert.Equal(["8:0=512", "7:4=512"], LimitsOf(second, isUnified));
        using (Make(isUnified, request))
        {
            Assert.Equal(["8:0=341", "7:3=341"], LimitsOf(first, isUnified));
        }

        second.Dispose();
        Assert.Equal(["8:0=1024", "7:3=1024"], LimitsOf(first, isUnified));
    }

    [Fact]
    public void A_use_whose_process_died_has_no_share_and_is_removed()
    {
        string dead = Directory.CreateDirectory(_folder.File("copies/999999999-1-0123abcd-4096")).FullName;
        string foreign = Directory.CreateDirectory(_folder.File("copies/somebody-elses")).FullName;
        using (ThrottleGroup group = Make(isUnified: false, new ThrottleRequest("copies", 1024, "8:0", null)))
        {
            Assert.Equal("8:0 1024", Last(group, OldRead));
            Assert.False(File.Exists(Path.Combine(_folder.Path, group.Name, OldWrite)));
            Assert.False(Directory.Exists(dead));
        }

        Assert.True(Directory.Exists(foreign));
    }

    [Fact]
    public void A_group_that_cannot_be_limited_is_not_left()
    {
        // A folder stands where the kernel has a file.
        string parent = Directory.CreateDirectory(_folder.File("copies")).FullName;
        Directory.CreateDirectory(Path.Combine(parent, "cgroup.subtree_control"));
        Assert.ThrowsAny<Exception>(() => Make(isUnified: true, new ThrottleRequest("copies", 1024, "8:0", null)));
        Assert.DoesNotContain(Directory.GetDirectories(parent), folder => folder.Contains('-', StringComparison.Ordinal) && folder.EndsWith("1024", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cinder-volume-copy", true)]
    [InlineData("a/b.c_d", true)]
    [InlineData("", false)]
    [InlineData("..", false)]
    [InlineData("a/../b", false)]
    [InlineData("/a", false)]
    [InlineData("a b", false)]
    [InlineData("a:b", false)]
    public void A_name_leads_nowhere_else(string name, bool expected) =>
        Assert.Equal(expected, new ThrottleRequest(name, 1, null, null).HasGoodName);

    [Theory]
    [InlineData("33 32 0:29 / /sys/fs/cgroup/blkio rw - cgroup cgroup rw,blkio\n34 32 0:30 / UNIFIED rw - cgroup2 cgroup2 rw\n", "/sys/fs/cgroup/blkio", false)]
    [InlineData("33 32 0:29 / /c/a\\040b rw shared:7 - cgroup cgroup rw,memory,blkio\n", "/c/a b", false)]
    [InlineData("33 32 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n34 32 0:30 / UNIFIED rw shared:9 master:1 - cgroup2 cgroup2 rw\n", "UNIFIED", true)]
    [InlineData("34 32 0:30 / EMPTY rw - cgroup2 cgroup2 rw\nbroken line\n", null, false)]
    [InlineData("", null, false)]
    public void The_controller_is_found_where_the_kernel_has_it(string mounts, string? folder, bool isUnified)
    {
        string unified = Directory.CreateDirectory(_folder.File("unified")).FullName;
        File.WriteAllText(Path.Combine(unified, "cgroup.controllers"), "cpu io memory\n");
        string empty = Directory.CreateDirectory(_folder.File("empty")).FullName;
        File.WriteAllText(Path.Combine(empty, "cgroup.controllers"), "cpu\n");
        Directory.CreateDirectory(_folder.File("proc/self"));
        File.WriteAllText(_folder.File("proc/self/mountinfo"), mounts.Replace("UNIFIED", unified, StringComparison.Ordinal).Replace("EMPTY", empty, StringComparison.Ordinal));
        BlockIOController? found = BlockIOController.Find(_folder.File("proc"));
        Assert.Equal(folder?.Replace("UNIFIED", unified, StringComparison.Ordinal), found?.Folder);
        Assert.Equal(isUnified, found?.IsUnified ?? false);
        Assert.Null(BlockIOController.Find(_folder.File("nowhere")));
    }

    private ThrottleGroup Make(bool isUnified, ThrottleRequest request) =>
        ThrottleGroup.Create(new BlockIOController(_folder.Path, isUnified), request, RemoveGroup);

    /// <summary>The kernel removes a group with its files, and refuses where there are groups below.</summary>
    private static void RemoveGroup(string folder)
    {
        if (Directory.GetDirectories(folder).Length > 0)
        {
            throw new IOException("Device or resource busy");
        }

        Directory.Delete(folder, recursive: true);
    }

    private string[] Lines(ThrottleGroup group, string file) => File.ReadAllLines(Path.Combine(_folder.Path, group.Name, file));

    private string Last(ThrottleGroup group, string file) => Lines(group, file)[^1];

    private string[] LimitsOf(ThrottleGroup group, bool isUnified) => isUnified
        ? [Last(group, "io.max", "rbps="), Last(group, "io.max", "wbps=")]
        : [Last(group, OldRead).Replace(' ', '='), Last(group, OldWrite).Replace(' ', '=')];

    private string Last(ThrottleGroup group, string file, string key) =>
        Lines(group, file).Last(line => line.Contains(key, StringComparison.Ordinal)).Replace(" " + key, "=", StringComparison.Ordinal);
}
