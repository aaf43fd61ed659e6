using ImageUtils.Configuration;
using ImageUtils.Conversion;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Errors;
using ImageUtils.Formats;
using ImageUtils.Operations;
using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Conversion;

public sealed class VolumeResizerTests : IDisposable
{
    private const long MiB = 1 << 20;

    private readonly TemporaryFolder _folder = new();
    private readonly FakeQemuImg _noTool = new() { IsThere = false };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Disk => _folder.File("disk");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_raw_disk_grows_without_any_program()
    {
        byte[] content = Write(FaultyStream.Pattern((int)MiB));
        QemuImageInfo info = await ResizeAsync(Request(4 * MiB), _noTool);
        Assert.Equal(("raw", 4 * MiB, true), (info.Format, info.VirtualSize, info.IsSafe));
        Assert.Equal(4 * MiB, new FileInfo(Disk).Length);
        byte[] grown = await File.ReadAllBytesAsync(Disk, Token);
        Assert.True(content.AsSpan().SequenceEqual(grown.AsSpan(0, content.Length)));
        Assert.False(grown.AsSpan(content.Length).ContainsAnyExcept((byte)0));
        Assert.Empty(_noTool.Asked);
    }

    [Fact]
    public async Task A_smaller_disk_is_refused_without_shrink_and_nothing_is_lost()
    {
        byte[] content = Write(FaultyStream.Pattern((int)MiB));
        InvalidSizeException e = await Assert.ThrowsAsync<InvalidSizeException>(() => ResizeAsync(Request(MiB - 512), _noTool));
        Assert.Contains("1048576", e.Reason, StringComparison.Ordinal);
        Assert.Contains("-Shrink", e.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllBytesAsync(Disk, Token));
    }

    [Fact]
    public async Task A_raw_disk_shrinks_with_shrink_and_keeps_its_beginning()
    {
        byte[] content = Write(FaultyStream.Pattern((int)MiB));
        QemuImageInfo info = await ResizeAsync(Request(512 * 1024) with { Shrink = true }, _noTool);
        Assert.Equal(512 * 1024, info.VirtualSize);
        Assert.Equal(content[..(512 * 1024)], await File.ReadAllBytesAsync(Disk, Token));
    }

    [Fact]
    public async Task A_file_that_ends_within_a_sector_is_filled_up_to_it()
    {
        Write(new byte[1000]);
        Assert.Equal(1024, (await ResizeAsync(Request(1024), _noTool)).VirtualSize);
        Assert.Equal(1024, new FileInfo(Disk).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-512)]
    [InlineData(1)]
    [InlineData(1_048_577)]
    public async Task A_size_is_whole_sectors_and_more_than_nothing(long size)
    {
        Write(new byte[MiB]);
        await Assert.ThrowsAsync<InvalidSizeException>(() => ResizeAsync(Request(size) with { Shrink = true }, _noTool));
        Assert.Equal(MiB, new FileInfo(Disk).Length);
    }

    [Fact]
    public async Task A_size_that_no_file_can_have_is_told_as_such()
    {
        Write(new byte[MiB]);
        await Assert.ThrowsAsync<InvalidSizeException>(() => ResizeAsync(Request(long.MaxValue - 511), _noTool));
        Assert.Equal(MiB, new FileInfo(Disk).Length);
    }

    // CVE-2026-24708: the guest of a raw volume wrote a qcow2 header into it.
    [Theory]
    [InlineData("raw", "qcow2")]
    [InlineData("qcow2", "raw")]
    [InlineData("raw", "vhd")]
    [InlineData("vhd", "qcow2")]
    public async Task Content_that_disagrees_with_its_owner_is_refused_untouched(string named, string found)
    {
        byte[] content = Write(found switch
        {
            "qcow2" => MadeQcow2.Version3(),
            "vhd" => MadeVhd.Fixed(),
            _ => new byte[MiB],
        });
        var qemuImg = new FakeQemuImg();
        FormatMismatchException e = await Assert.ThrowsAsync<FormatMismatchException>(() => ResizeAsync(Request(64 * MiB) with { ImageFormat = DiskFormat.Parse(named) }, qemuImg));
        Assert.Equal((named, found), (e.Expected, e.Actual));
        Assert.Empty(qemuImg.Asked);
        Assert.Equal(content, await File.ReadAllBytesAsync(Disk, Token));
    }

    [Fact]
    public async Task A_partition_table_on_a_raw_disk_is_its_content()
    {
        byte[] disk = new byte[MiB];
        disk[510] = 0x55;
        disk[511] = 0xaa;
        disk[450] = 0x83;
        disk[454] = 1;
        disk[458] = 16;
        Write(disk);
        Assert.Equal(2 * MiB, (await ResizeAsync(Request(2 * MiB) with { ImageFormat = DiskFormat.Raw }, _noTool)).VirtualSize);
    }

    [Fact]
    public async Task An_unsafe_image_reaches_no_program()
    {
        byte[] content = Write(MadeQcow2.WithBacking("/etc/passwd"));
        var qemuImg = new FakeQemuImg();
        ImageUnacceptableException e = await Assert.ThrowsAsync<ImageUnacceptableException>(() => ResizeAsync(Request(64 * MiB), qemuImg));
        Assert.Contains(e.FailedChecks, check => check.Name == CheckNames.BackingFile);
        Assert.Empty(qemuImg.Asked);
        Assert.Equal(content, await File.ReadAllBytesAsync(Disk, Token));
    }

    [Fact]
    public async Task Other_formats_go_to_qemu_img_with_their_format_pinned()
    {
        Write(MadeQcow2.Version3());
        var qemuImg = new FakeQemuImg { Write = _ => Write(MadeQcow2.Version3().Be64(24, 2UL << 30).Be32(36, 4)) };
        QemuImageInfo info = await ResizeAsync(Request(2L << 30) with { RunAsRoot = true }, qemuImg);
        Assert.Equal((2L << 30, "qcow2"), (info.VirtualSize, info.Format));
        Assert.Equal(["resize", "-f", "qcow2", Disk, "2G"], Assert.Single(qemuImg.Asked).Arguments);
        Assert.True(qemuImg.Asked[0].RunAsRoot);
    }

    [Fact]
    public async Task Shrink_is_said_to_qemu_img_only_where_the_disk_becomes_smaller()
    {
        Write(MadeQcow2.Version3());
        var shrunk = new FakeQemuImg { Write = _ => Write(MadeQcow2.Version3().Be64(24, MiB / 2)) };
        await ResizeAsync(Request(MiB / 2) with { Shrink = true }, shrunk);
        Assert.Contains("--shrink", Assert.Single(shrunk.Asked).Arguments);
        var grown = new FakeQemuImg { Write = _ => Write(MadeQcow2.Version3()) };
        await ResizeAsync(Request(MiB) with { Shrink = true }, grown);
        Assert.DoesNotContain("--shrink", Assert.Single(grown.Asked).Arguments);
    }

    [Fact]
    public async Task The_size_it_has_already_needs_no_program()
    {
        Write(MadeQcow2.Version3());
        Assert.Equal(MiB, (await ResizeAsync(Request(MiB), _noTool)).VirtualSize);
        await Assert.ThrowsAsync<ToolNotFoundException>(() => ResizeAsync(Request(2 * MiB), _noTool));
    }

    [Fact]
    public async Task A_program_that_says_it_did_and_did_not_is_found_out()
    {
        Write(MadeQcow2.Version3());
        await Assert.ThrowsAsync<ConversionFailedException>(() => ResizeAsync(Request(2 * MiB), new FakeQemuImg()));
    }

    [Theory]
    [InlineData("qemu-img: Failed to resize: No space left on device", typeof(NoSpaceException))]
    [InlineData("qemu-img: Failed to get \"write\" lock", typeof(ToolFailedException))]
    public async Task What_qemu_img_says_becomes_a_typed_error_that_tells_what_is_left(string said, Type expected)
    {
        Write(MadeQcow2.Version3());
        Exception e = (await Record.ExceptionAsync(() => ResizeAsync(Request(2 * MiB), new FakeQemuImg { ExitCode = 1, StandardError = said })))!;
        Assert.IsType(expected, e);
        if (e is ToolFailedException failed)
        {
            Assert.Equal(said, failed.StandardError);
            Assert.Contains("qcow2 with a disk of 1048576 bytes now, and passes every check", failed.RecommendedAction, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_fixed_vhd_never_grows_behind_its_footer()
    {
        byte[] content = Write(MadeVhd.Fixed());
        var qemuImg = new FakeQemuImg();
        NotSupportedOperationException e = await Assert.ThrowsAsync<NotSupportedOperationException>(() => ResizeAsync(Request(2 * MiB), qemuImg));
        Assert.Contains("raw and qcow2", e.Operation, StringComparison.Ordinal);
        Assert.Empty(qemuImg.Asked);
        Assert.Equal(content, await File.ReadAllBytesAsync(Disk, Token));
    }

    public static TheoryData<ImageFacts, string> Hopeless() => new()
    {
        { new ImageFacts { Format = DiskFormat.Vmdk, VirtualSize = MiB }, "vmdk" },
        { new ImageFacts { Format = DiskFormat.Qed, VirtualSize = MiB }, "qed" },
        { new ImageFacts { Format = DiskFormat.Vhdx, VirtualSize = MiB }, "vhdx" },
        { new ImageFacts { Format = DiskFormat.Luks, VirtualSize = MiB, IsEncrypted = true }, "luks" },
        { new ImageFacts { Format = DiskFormat.Qcow2, VirtualSize = MiB, IsEncrypted = true }, "encrypted" },
        {
            new ImageFacts
            {
                Format = DiskFormat.Qcow2,
                VirtualSize = MiB,
                Snapshots = [new ImageSnapshot { Id = "1", Name = "a" }],
                FormatSpecific = new Dictionary<string, object?>(StringComparer.Ordinal) { ["compat"] = "0.10" },
            },
            "1 internal snapshot"
        },
    };

    [Theory]
    [MemberData(nameof(Hopeless))]
    public void What_qemu_img_cannot_do_is_refused_with_the_reason(ImageFacts facts, string reason)
    {
        NotSupportedOperationException e = Assert.Throws<NotSupportedOperationException>(() => ResizeRules.RequireAble(Request(2 * MiB), facts));
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_or_no_file_is_a_typed_error()
    {
        await Assert.ThrowsAsync<PathNotFoundException>(() => ResizeAsync(Request(MiB), _noTool));
        await Assert.ThrowsAsync<ImageUnreadableException>(() => ResizeAsync(Request(MiB) with { Path = _folder.Path }, _noTool));
    }

    [Fact]
    public async Task A_file_that_is_in_use_is_not_touched()
    {
        Write(new byte[MiB]);
        await using (new FileStream(Disk, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        {
            await Assert.ThrowsAsync<DestinationUnwritableException>(() => ResizeAsync(Request(2 * MiB), _noTool));
        }

        Assert.Equal(MiB, new FileInfo(Disk).Length);
    }

    private byte[] Write(byte[] content)
    {
        File.WriteAllBytes(Disk, content);
        return content;
    }

    private ResizeRequest Request(long size) => new() { Path = Disk, SizeBytes = size };

    private Task<QemuImageInfo> ResizeAsync(ResizeRequest request, FakeQemuImg qemuImg) => new VolumeResizer(new OperationContext
    {
        Options = new ImageUtilsOptions { ImageConversionDirectory = _folder.Path, LocalImageDirectory = _folder.Path },
        Processes = qemuImg,
        Inspector = new ImageInspector(),
    }).ResizeAsync(request, Token);
}
