using System.Globalization;
using ImageUtils.Configuration;
using ImageUtils.Conversion;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Formats;
using ImageUtils.Operations;
using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Conversion;

public sealed class ImageConverterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PresetInspector _inspector = new();
    private readonly List<OperationProgress> _progress = [];
    private readonly RecordingLog _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Raw_needs_no_qemu_img()
    {
        byte[] content = MakeSource(100_001);
        ImageConversionResult result = await Converter(new FakeQemuImg { IsThere = false }).ConvertAsync(Request("raw"), Token);
        byte[] converted = await File.ReadAllBytesAsync(_folder.File("b"), Token);
        Assert.Equal(100_352, converted.Length);
        Assert.True(content.AsSpan().SequenceEqual(converted.AsSpan(0, content.Length)));
        Assert.Equal(("managed", "raw", "raw", 100_352L, 100_001L), (result.Engine, result.SourceFormat, result.Format, result.VirtualSize, result.BytesRead));
        Assert.Equal((_folder.File("b"), _folder.File("a")), (result.Path, result.SourcePath));
        Assert.Equal(["a", "b"], _folder.Names());
        Assert.Equal(content.Length, _progress[^1].BytesDone);
    }

    [Fact]
    public async Task What_needs_qemu_img_is_refused_before_anything_is_written()
    {
        MakeSource(1024);
        ImageConverter converter = Converter(new FakeQemuImg { IsThere = false });
        ToolNotFoundException e = await Assert.ThrowsAsync<ToolNotFoundException>(() => converter.ConvertAsync(Request("qcow2"), Token));
        Assert.Equal("qemu-img", e.ToolName);
        Assert.Contains("qemu-utils", e.RecommendedAction, StringComparison.Ordinal);
        Assert.Throws<ToolNotFoundException>(() => converter.EnsureCanConvert(DiskFormat.Qcow2, Request("raw")));
        converter.EnsureCanConvert(DiskFormat.Raw, Request("raw"));
        Assert.Equal(["a"], _folder.Names());
    }

    [Fact]
    public async Task A_source_that_is_refused_reaches_no_tool()
    {
        MakeSource(1024);
        _inspector.Failed = new ImageCheck { Name = CheckNames.BackingFile, Outcome = CheckOutcome.Failed, Reason = "It has one." };
        var qemuImg = new FakeQemuImg();
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => Converter(qemuImg).ConvertAsync(Request("qcow2"), Token));
        Assert.Empty(qemuImg.Asked);
        Assert.Equal(["a"], _folder.Names());
    }

    [Fact]
    public async Task The_inspector_gets_the_claim_and_no_leave_to_read_other_files()
    {
        MakeSource(1024);
        ConversionRequest request = Request("raw") with
        {
            SourceFormat = "ami",
            ImageId = "id",
            VolumeSizeBytes = 7,
            IgnoreChecks = [CheckNames.BackingFile, "DATA_FILE", CheckNames.Extents, CheckNames.Parent, CheckNames.Dirty],
        };
        await Converter(new FakeQemuImg()).ConvertAsync(request, Token);
        InspectionRequest asked = _inspector.Asked[0].Request;
        Assert.Equal(("ami", "id", 7L), (asked.ClaimedFormat, asked.ImageId, asked.VolumeSizeBytes));
        Assert.Equal(CheckNames.Dirty, Assert.Single(asked.IgnoreChecks));
        Assert.False(asked.AllowBackingFile);
    }

    [Theory]
    [InlineData("qcow2")]
    [InlineData("vhd")]
    [InlineData("vmdk")]
    public async Task A_raw_result_that_looks_like_an_image_is_refused(string format)
    {
        MakeSource(1024);
        _inspector.ResultFacts = new ImageFacts { Format = DiskFormat.Parse(format), VirtualSize = 1024 };
        ImageUnacceptableException e = await Assert.ThrowsAsync<ImageUnacceptableException>(() => Converter(new FakeQemuImg()).ConvertAsync(Request("raw"), Token));
        Assert.Equal($"Converted to raw, but format is now {format}.", e.Reason);
        Assert.Equal(["a"], _folder.Names());
    }

    [Theory]
    [InlineData("gpt")]
    [InlineData("mbr")]
    [InlineData("iso")]
    [InlineData("luks")]
    [InlineData("gzip")]
    public async Task A_raw_result_may_hold_what_a_guest_puts_on_a_disk(string format)
    {
        MakeSource(1024);
        _inspector.ResultFacts = new ImageFacts { Format = DiskFormat.Parse(format), VirtualSize = 7 };
        ImageConversionResult result = await Converter(new FakeQemuImg()).ConvertAsync(Request("raw"), Token);
        Assert.Equal("raw", result.Format);
    }

    [Fact]
    public async Task A_result_of_another_format_or_size_is_refused_and_nothing_is_left()
    {
        MakeSource(1024);
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => Converter(new FakeQemuImg()).ConvertAsync(Request("qcow2"), Token));
        _inspector.ResultFacts = new ImageFacts { Format = DiskFormat.Qcow2, VirtualSize = 512 };
        await Assert.ThrowsAsync<ConversionFailedException>(() => Converter(new FakeQemuImg()).ConvertAsync(Request("qcow2"), Token));
        Assert.Equal(["a"], _folder.Names());
    }

    [Fact]
    public async Task Qemu_img_is_asked_in_cinders_words_and_its_progress_is_passed_on()
    {
        MakeSource(1024);
        _inspector.ResultFacts = new ImageFacts { Format = DiskFormat.Qcow2, VirtualSize = 1024 };
        var qemuImg = new FakeQemuImg { Says = "    (50.00/100%)\r", Write = path => File.WriteAllText(path, "image") };
        ConversionRequest request = Request("qcow2") with { Compress = true, DisableSparse = true, RunAsRoot = true, MaxBytesPerSecond = 5 };
        ImageConversionResult result = await Converter(qemuImg).ConvertAsync(request, Token);
        string[] words = Assert.Single(qemuImg.Asked).Arguments.ToArray();
        Assert.Equal($"convert -p -O qcow2 -S 0 -c -r 5 -f raw {_folder.File("a")}", string.Join(' ', words[..^1]));
        Assert.Matches(@"/\.iu-[0-9]+-[0-9a-f]+-[0-9a-f]{8}\.part$", words[^1]);
        Assert.True(qemuImg.Asked[0].RunAsRoot);
        Assert.Null(qemuImg.Asked[0].Limits);
        Assert.False(qemuImg.Asked[0].ShowLocale);
        Assert.Equal(512, Assert.Single(_progress).BytesDone);
        Assert.Equal("image", await File.ReadAllTextAsync(_folder.File("b"), Token));
        Assert.Equal("qemu-img", result.Engine);
    }

    [Theory]
    [InlineData(0L, null, null)]
    [InlineData(7L, null, 7L)]
    [InlineData(7L, 5L, 5L)]
    [InlineData(7L, 0L, null)]
    public async Task The_option_limits_the_speed_where_the_request_does_not(long option, long? requested, long? expected)
    {
        MakeSource(1024);
        _inspector.ResultFacts = new ImageFacts { Format = DiskFormat.Qcow2, VirtualSize = 1024 };
        var qemuImg = new FakeQemuImg { Write = path => File.WriteAllText(path, "image") };
        ImageConverter converter = Converter(qemuImg, options => options with { VolumeCopyBytesPerSecond = option });
        await converter.ConvertAsync(Request("qcow2") with { MaxBytesPerSecond = requested }, Token);
        string[] words = Assert.Single(qemuImg.Asked).Arguments.ToArray();
        int at = Array.IndexOf(words, "-r");
        Assert.Equal(expected?.ToString(CultureInfo.InvariantCulture), at < 0 ? null : words[at + 1]);
    }

    [Theory]
    [InlineData("qemu-img: error while writing: No space left on device", typeof(NoSpaceException))]
    [InlineData("qemu-img: error while reading: Input/output error", typeof(ConversionFailedException))]
    public async Task What_qemu_img_says_becomes_a_typed_error(string said, Type expected)
    {
        MakeSource(1024);
        var qemuImg = new FakeQemuImg { ExitCode = 1, StandardError = said, Write = path => File.WriteAllText(path, "half") };
        Exception e = (await Record.ExceptionAsync(() => Converter(qemuImg).ConvertAsync(Request("qcow2"), Token)))!;
        Assert.IsType(expected, e);
        Assert.IsType<ToolFailedException>(e.InnerException);
        Assert.Equal(["a"], _folder.Names());
    }

    [Fact]
    public async Task What_qemu_img_says_beside_a_success_is_a_warning()
    {
        MakeSource(1024);
        _inspector.ResultFacts = new ImageFacts { Format = DiskFormat.Qcow2, VirtualSize = 1024 };
        await Converter(new FakeQemuImg { StandardError = "qemu-img: warning: one\n\ntwo\n" }).ConvertAsync(Request("qcow2"), Token);
        Assert.Equal(["qemu-img: warning: one", "two"], _log.Warnings);
    }

    [Fact]
    public async Task An_existing_destination_is_kept_without_force_and_replaced_with_it()
    {
        byte[] content = MakeSource(1024);
        await File.WriteAllTextAsync(_folder.File("b"), "old", Token);
        await Assert.ThrowsAsync<DestinationExistsException>(() => Converter(new FakeQemuImg()).ConvertAsync(Request("raw"), Token));
        Assert.Equal("old", await File.ReadAllTextAsync(_folder.File("b"), Token));
        await Converter(new FakeQemuImg()).ConvertAsync(Request("raw") with { Force = true }, Token);
        Assert.Equal(content, await File.ReadAllBytesAsync(_folder.File("b"), Token));
    }

    [Fact]
    public async Task A_destination_under_dev_must_exist()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /dev.");
        MakeSource(1024);
        await Assert.ThrowsAsync<DeviceNotFoundException>(
            () => Converter(new FakeQemuImg()).ConvertAsync(Request("raw") with { DestinationPath = "/dev/no-such-device" }, Token));
    }

    [Theory]
    [InlineData("written")]
    [InlineData("longer")]
    [InlineData("replaced")]
    [InlineData("gone")]
    public async Task A_source_that_changes_while_it_is_converted_makes_no_result(string how)
    {
        MakeSource(1024);
        string source = _folder.File("a");
        DateTime written = File.GetLastWriteTimeUtc(source);
        _inspector.ResultFacts = new ImageFacts { Format = DiskFormat.Qcow2, VirtualSize = 1024 };
        void Change(string result)
        {
            File.WriteAllText(result, "image");
            switch (how)
            {
                case "written":
                    File.SetLastWriteTimeUtc(source, written.AddTicks(10));
                    break;
                case "longer":
                    File.AppendAllText(source, "x");
                    File.SetLastWriteTimeUtc(source, written);
                    break;
                case "replaced":
                    // Both at a time, so that the new one cannot have the old one's number.
                    File.Copy(source, _folder.File("c"));
                    File.SetLastWriteTimeUtc(_folder.File("c"), written);
                    File.Move(_folder.File("c"), source, overwrite: true);
                    break;
                default:
                    File.Delete(source);
                    break;
            }
        }

        ConversionFailedException e = await Assert.ThrowsAsync<ConversionFailedException>(() => Converter(new FakeQemuImg { Write = Change }).ConvertAsync(Request("qcow2"), Token));
        Assert.Contains("the source changed while it was converted", e.Message, StringComparison.Ordinal);
        Assert.Equal(how == "gone" ? [] : ["a"], _folder.Names());
    }

    [Theory]
    [InlineData("vmdk", null)]
    [InlineData("vmdk", "streamOptimized")]
    [InlineData("vhdx", null)]
    [InlineData("vhd", "fixed")]
    public async Task An_empty_source_is_refused_for_formats_that_cannot_hold_it(string format, string? subformat)
    {
        MakeSource(0);
        var qemuImg = new FakeQemuImg();
        ConversionFailedException e = await Assert.ThrowsAsync<ConversionFailedException>(
            () => Converter(qemuImg).ConvertAsync(Request(format) with { OutputSubformat = subformat }, Token));
        Assert.Contains("cannot hold an empty disk", e.Message, StringComparison.Ordinal);
        Assert.Empty(qemuImg.Asked);
        Assert.Equal(["a"], _folder.Names());
    }

    [Fact]
    public async Task A_cancellation_leaves_nothing()
    {
        MakeSource(1 << 20);
        using var source = new CancellationTokenSource();
        var qemuImg = new FakeQemuImg
        {
            Write = path =>
            {
                File.WriteAllText(path, "half");
                source.Cancel();
                throw new OperationCanceledException(source.Token);
            },
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Converter(qemuImg).ConvertAsync(Request("qcow2"), source.Token));
        Assert.Equal(["a"], _folder.Names());
    }

    private byte[] MakeSource(int length)
    {
        byte[] content = new byte[length];
        new Random(1).NextBytes(content);
        File.WriteAllBytes(_folder.File("a"), content);
        return content;
    }

    private ConversionRequest Request(string format) => new()
    {
        SourcePath = _folder.File("a"),
        DestinationPath = _folder.File("b"),
        OutputFormat = DiskFormat.Parse(format),
    };

    private ImageConverter Converter(FakeQemuImg qemuImg, Func<ImageUtilsOptions, ImageUtilsOptions>? change = null) => new(new OperationContext
    {
        Options = (change ?? (options => options))(new ImageUtilsOptions { ImageConversionDirectory = _folder.Path, LocalImageDirectory = _folder.Path }),
        Processes = qemuImg,
        Inspector = _inspector,
        Log = _log,
        Progress = new Listener(_progress),
    });

    private sealed class Listener(List<OperationProgress> heard) : IProgress<OperationProgress>
    {
        public void Report(OperationProgress value) => heard.Add(value);
    }
}
