using System.Text.Json;
using ImageUtils.Errors;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Qemu;

namespace ImageUtils.IntegrationTests.Qemu;

public sealed class QemuImgTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Info_says_what_qemu_img_said_before()
    {
        Workshop.RequireQemuImg();
        string path = Corpus.PathOf("images/dfvfs/ext2.qcow2");
        JsonElement known = Corpus.Images().First(image => image.GetProperty("path").GetString() == "images/dfvfs/ext2.qcow2").GetProperty("qemu_img_info").GetProperty("json");
        using var workshop = new Workshop();
        QemuImgInfo info = await workshop.QemuImg.InfoAsync(new QemuSource(path, DiskFormat.Qcow2), forceShare: true, runAsRoot: true, Token);
        Assert.Equal(known.GetProperty("virtual-size").GetInt64(), info.VirtualSize);
        Assert.Equal(known.GetProperty("cluster-size").GetInt64(), info.ClusterSize);
        Assert.Equal("zlib", info.FormatSpecific["compression-type"]);
        string line = Assert.Single(workshop.Log.VerboseLines);
        Assert.EndsWith($"env LC_ALL=C qemu-img info -f qcow2 --output=json --force-share {path}", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Info_of_what_is_no_such_image_is_a_failure_with_the_tools_own_words()
    {
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        string disk = workshop.MakeDisk("disk", 1 << 20);
        ToolFailedException e = await Assert.ThrowsAsync<ToolFailedException>(
            () => workshop.QemuImg.InfoAsync(new QemuSource(disk, DiskFormat.Qcow2), forceShare: false, runAsRoot: false, Token));
        Assert.Contains("Image is not in qcow2 format", e.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resize_changes_the_size_and_refuses_to_shrink_unasked()
    {
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        string disk = workshop.MakeDisk("disk", 1 << 20);
        await workshop.QemuImg.ResizeAsync(disk, DiskFormat.Raw, 2 << 20, shrink: false, runAsRoot: false, Token);
        Assert.Equal(2 << 20, new FileInfo(disk).Length);
        await Assert.ThrowsAsync<ToolFailedException>(() => workshop.QemuImg.ResizeAsync(disk, DiskFormat.Raw, 1 << 20, shrink: false, runAsRoot: false, Token));
        await workshop.QemuImg.ResizeAsync(disk, DiskFormat.Raw, 1 << 20, shrink: true, runAsRoot: false, Token);
        Assert.Equal(1 << 20, new FileInfo(disk).Length);
    }

    [Fact]
    public async Task The_tool_is_described_and_a_minimum_is_kept()
    {
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        ImageTool tool = await workshop.QemuImg.FindToolAsync("2.10", Token);
        Assert.True(tool.IsAvailable);
        Assert.True(Path.IsPathFullyQualified(tool.Path!));
        Assert.Matches(@"^[0-9]+(\.[0-9]+)+$", tool.Version);
        Assert.Contains("force-share", tool.Features, StringComparer.Ordinal);
        ToolTooOldException e = await Assert.ThrowsAsync<ToolTooOldException>(() => workshop.QemuImg.FindToolAsync("999", Token));
        Assert.Equal((tool.Version, "999"), (e.Version, e.MinimumVersion));
        await Assert.ThrowsAsync<ArgumentException>(() => workshop.QemuImg.FindToolAsync("new", Token));
    }

    [Fact]
    public async Task A_tool_that_is_not_there_is_described_too()
    {
        using var workshop = new Workshop(searchPath: "/nowhere");
        Assert.False((await workshop.QemuImg.FindToolAsync(null, Token)).IsAvailable);
        await Assert.ThrowsAsync<ToolNotFoundException>(() => workshop.QemuImg.FindToolAsync("2.10", Token));
        ToolNotFoundException e = await Assert.ThrowsAsync<ToolNotFoundException>(() => workshop.QemuImg.GetVersionAsync(Token));
        Assert.Contains("/nowhere", e.RecommendedAction, StringComparison.Ordinal);
    }
}
