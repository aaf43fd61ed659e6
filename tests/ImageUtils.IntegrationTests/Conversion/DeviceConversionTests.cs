using System.Security.Cryptography;
using ImageUtils.Configuration;
using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Storage;
using ImageUtils.Storage.Linux;

namespace ImageUtils.IntegrationTests.Conversion;

/// <summary>Block devices as source and destination, on loop devices full of old data.</summary>
public sealed class DeviceConversionTests : IDisposable
{
    private const int DiskSize = 8 << 20;
    private const int DeviceSize = 12 << 20;
    private const byte Old = 0xEE;

    private readonly Workshop _workshop = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _workshop.Dispose();

    [Theory]
    [InlineData("Managed", false)]
    [InlineData("Managed", true)]
    [InlineData("QemuImg", false)]
    [InlineData("QemuImg", true)]
    public async Task Nothing_old_shows_through_and_what_lies_behind_is_left(string engine, bool disableSparse)
    {
        Workshop.RequireQemuImg();
        using LoopDevice device = MakeDevice();
        string disk = _workshop.MakeDisk("disk", DiskSize);
        ConversionRequest request = ToDevice("disk", device, "raw") with { Engine = Enum.Parse<ConversionEngineChoice>(engine), DisableSparse = disableSparse };
        ImageConversionResult result = await _workshop.Converter.ConvertAsync(request, Token);
        Assert.Equal((device.Path, "raw", (long)DiskSize), (result.Path, result.Format, result.VirtualSize));
        Assert.Equal(Workshop.Sha256(disk), Sha256(device.Read(0, DiskSize)));
        Assert.All(device.Read(DiskSize, DeviceSize - DiskSize), value => Assert.Equal(Old, value));
        if (engine == "QemuImg")
        {
            string sparse = disableSparse ? " -S 0" : string.Empty;
            Assert.Contains(_workshop.Log.VerboseLines, line => line.Contains($"qemu-img convert -p -n -O raw -t none{sparse} -f raw {disk} {device.Path}", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_disk_that_ends_within_a_sector_is_filled_up_with_zeros()
    {
        using LoopDevice device = MakeDevice();
        byte[] content = RandomNumberGenerator.GetBytes(1_000_001);
        await File.WriteAllBytesAsync(_workshop.File("disk"), content, Token);
        await _workshop.Converter.ConvertAsync(ToDevice("disk", device, "raw"), Token);
        Assert.Equal([.. content, .. new byte[447], Old], device.Read(0, 1_000_449));
    }

    [Theory]
    [InlineData(5000)]
    [InlineData(3 << 20)]
    [InlineData(1L << 40)]
    public async Task Every_block_size_gives_the_same_disk(long blockSize)
    {
        using LoopDevice device = MakeDevice();
        string disk = _workshop.MakeDisk("disk", DiskSize);
        var converter = new ImageConverter(_workshop.Context with { Options = _workshop.Context.Options with { VolumeDdBlockSize = blockSize } });
        await converter.ConvertAsync(ToDevice("disk", device, "raw"), Token);
        Assert.Equal(Workshop.Sha256(disk), Sha256(device.Read(0, DiskSize)));
    }

    [Theory]
    [InlineData("qcow2")]
    [InlineData("vdi")]
    public async Task Formats_known_by_their_beginning_are_written_and_read_again(string format)
    {
        Workshop.RequireQemuImg();
        using LoopDevice device = MakeDevice();
        string disk = _workshop.MakeDisk("disk", DiskSize);
        Assert.Equal(format, (await _workshop.Converter.ConvertAsync(ToDevice("disk", device, format), Token)).Format);
        ImageConversionResult back = await _workshop.Converter.ConvertAsync(_workshop.Request(device.Path, "back", "raw"), Token);
        Assert.Equal(format, back.SourceFormat);
        Assert.Equal(Workshop.Sha256(disk), Workshop.Sha256(back.Path));
    }

    [Theory]
    [InlineData("vmdk", null)]
    [InlineData("vhdx", null)]
    [InlineData("parallels", null)]
    [InlineData("vhd", null)]
    [InlineData("vhd", "fixed")]
    public async Task Formats_that_need_a_file_are_refused_before_anything_is_written(string format, string? subformat)
    {
        Workshop.RequireQemuImg();
        using LoopDevice device = MakeDevice();
        _workshop.MakeDisk("disk", DiskSize);
        await Assert.ThrowsAsync<NotSupportedOperationException>(() => _workshop.Converter.ConvertAsync(ToDevice("disk", device, format) with { OutputSubformat = subformat }, Token));
        AssertUntouched(device);
    }

    [Theory]
    [InlineData("raw", DeviceSize, true)]
    [InlineData("raw", DeviceSize + 512, false)]
    [InlineData("vdi", DeviceSize + 512, false)]
    public async Task The_size_is_compared_with_the_disk_inside(string format, int size, bool fits)
    {
        Workshop.RequireQemuImg();
        using LoopDevice device = MakeDevice();
        _workshop.MakeDisk("disk", size);
        Exception? e = await Record.ExceptionAsync(() => _workshop.Converter.ConvertAsync(ToDevice("disk", device, format), Token));
        Assert.Equal(fits, e is null);
        if (!fits)
        {
            Assert.IsType<ImageTooBigException>(e);
            AssertUntouched(device);
        }
    }

    [Fact]
    public async Task A_mounted_device_is_refused_and_written_with_force_only()
    {
        using LoopDevice device = MakeDevice(size: 32 << 20);
        Assert.SkipUnless(LoopDevice.Run("mkfs.ext4", "-q", "-F", device.Path).Code == 0, "There is no mkfs.ext4.");
        string mount = Directory.CreateDirectory(_workshop.File("mount")).FullName;
        Assert.SkipUnless(LoopDevice.Run("mount", device.Path, mount).Code == 0, "ext4 cannot be mounted here.");
        try
        {
            _workshop.MakeDisk("disk", DiskSize);
            byte[] before = device.Read(0, 4096);
            DeviceBusyException e = await Assert.ThrowsAsync<DeviceBusyException>(() => _workshop.Converter.ConvertAsync(ToDevice("disk", device, "raw"), Token));
            Assert.Contains(mount, e.Reason, StringComparison.Ordinal);
            Assert.Equal(("DeviceBusy", ErrorKind.ResourceBusy), (e.ErrorId, e.Kind));
            Assert.Equal(before, device.Read(0, 4096));

            // A file of that file system would be overwritten by its own copy; a mounted source is read with a warning.
            ImageConversionResult read = await _workshop.Converter.ConvertAsync(_workshop.Request(device.Path, "copy", "raw"), Token);
            Assert.Equal(32 << 20, read.VirtualSize);
            Assert.Contains(_workshop.Log.Warnings, line => line.Contains(mount, StringComparison.Ordinal));

            await _workshop.Converter.ConvertAsync(ToDevice("disk", device, "raw") with { Force = true }, Token);
            Assert.Contains(_workshop.Log.Warnings, line => line.Contains("is written although it is mounted", StringComparison.Ordinal));
        }
        finally
        {
            LoopDevice.Run("umount", mount);
        }
    }

    [Fact]
    public async Task A_device_that_somebody_holds_alone_is_busy_and_ours_is_held_alone()
    {
        using LoopDevice device = MakeDevice();
        _workshop.MakeDisk("disk", DiskSize);
        using (DeviceOpening.TryOpen(device.Path, alone: true, out _))
        {
            await Assert.ThrowsAsync<DeviceBusyException>(() => _workshop.Converter.ConvertAsync(ToDevice("disk", device, "raw"), Token));
            AssertUntouched(device);
        }

        int errorMeanwhile = 0;
        var seen = new Progress(_ =>
        {
            using var handle = DeviceOpening.TryOpen(device.Path, alone: true, out int error);
            errorMeanwhile = error;
        });
        await new ImageConverter(_workshop.Context with { Progress = seen }).ConvertAsync(ToDevice("disk", device, "raw"), Token);
        Assert.Equal(DeviceOpening.Busy, errorMeanwhile);
    }

    [Fact]
    public async Task Swap_space_is_busy()
    {
        using LoopDevice device = MakeDevice();
        Assert.SkipUnless(LoopDevice.Run("mkswap", device.Path).Code == 0 && LoopDevice.Run("swapon", device.Path).Code == 0, "Swap cannot be switched on here.");
        try
        {
            _workshop.MakeDisk("disk", DiskSize);
            DeviceBusyException e = await Assert.ThrowsAsync<DeviceBusyException>(() => _workshop.Converter.ConvertAsync(ToDevice("disk", device, "raw"), Token));
            Assert.Contains("swap", e.Reason, StringComparison.Ordinal);
        }
        finally
        {
            LoopDevice.Run("swapoff", device.Path);
        }
    }

    [Fact]
    public async Task A_read_only_device_and_an_empty_one_are_told_apart()
    {
        using LoopDevice device = LoopDevice.Over(_workshop.File("device"), DeviceSize, Old, "--read-only");
        _workshop.MakeDisk("disk", DiskSize);
        DestinationUnwritableException e = await Assert.ThrowsAsync<DestinationUnwritableException>(() => _workshop.Converter.ConvertAsync(ToDevice("disk", device, "raw"), Token));
        Assert.Contains("read-only", e.Reason, StringComparison.Ordinal);
        string empty = Enumerable.Range(0, 256).Select(number => $"/dev/loop{number}").FirstOrDefault(path => BlockDevice.Look(path) is { SizeBytes: 0 }) ?? string.Empty;
        Assert.SkipWhen(empty.Length == 0, "Every loop device is in use.");
        DeviceNotFoundException none = await Assert.ThrowsAsync<DeviceNotFoundException>(() => _workshop.Converter.ConvertAsync(_workshop.Request("disk", empty, "raw"), Token));
        Assert.Contains("no medium", none.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_behind_a_device_and_another_node_of_it_are_the_device()
    {
        using LoopDevice device = MakeDevice();
        await Assert.ThrowsAsync<DestinationIsSourceException>(() => _workshop.Converter.ConvertAsync(ToDevice("device", device, "raw"), Token));
        await Assert.ThrowsAsync<DestinationIsSourceException>(() => _workshop.Converter.ConvertAsync(_workshop.Request(device.Path, "device", "raw") with { Force = true }, Token));
        string[] number = device.Number.Split(':');
        Assert.SkipUnless(LoopDevice.Run("mknod", _workshop.File("node"), "b", number[0], number[1]).Code == 0, "Device nodes cannot be made here.");
        await Assert.ThrowsAsync<DestinationIsSourceException>(() => _workshop.Converter.ConvertAsync(_workshop.Request(device.Path, "node", "raw") with { Force = true }, Token));

        // A node anywhere is a device all the same.
        _workshop.MakeDisk("disk", DiskSize);
        await _workshop.Converter.ConvertAsync(_workshop.Request("disk", "node", "raw"), Token);
        Assert.Equal(Workshop.Sha256(_workshop.File("disk")), Sha256(device.Read(0, DiskSize)));
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/dev/no-such-device")]
    [InlineData("/dev/no-such-folder/device")]
    public async Task Under_dev_only_block_devices_are_written(string path)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /dev.");
        _workshop.MakeDisk("disk", DiskSize);
        await Assert.ThrowsAsync<DeviceNotFoundException>(() => _workshop.Converter.ConvertAsync(_workshop.Request("disk", path, "raw") with { Force = true }, Token));
        Assert.Equal(path == "/dev/null", File.Exists(path));
    }

    [Theory]
    [InlineData("raw", DeviceSize, true)]
    [InlineData("raw", DeviceSize + 512, false)]
    [InlineData("luks", DeviceSize, false)]
    public async Task A_device_has_as_much_room_as_its_size(string format, int size, bool fits)
    {
        using LoopDevice device = MakeDevice();
        ImageMeasure measure = await new VolumeMeasurer(_workshop.Context).MeasureAsync(
            new MeasureRequest { Path = _workshop.MakeDisk("disk", size), OutputFormat = DiskFormat.Parse(format), Destination = device.Path },
            Token);
        Assert.Equal((DeviceSize, fits), (measure.FreeBytes, measure.Fits));
        Assert.True(measure.RequiredBytes >= size);
        AssertUntouched(device);
    }

    [Fact]
    public void Direct_writing_is_tried_by_opening()
    {
        using LoopDevice device = MakeDevice();
        Assert.True(DeviceOpening.CanWriteDirectly(device.Path));
        Assert.False(DeviceOpening.CanWriteDirectly("/dev/zero"));
        Assert.False(DeviceOpening.CanWriteDirectly("/dev/no-such-device"));
        AssertUntouched(device);
    }

    [Fact]
    public async Task A_cancellation_says_what_is_on_the_device_now()
    {
        using LoopDevice device = MakeDevice();
        _workshop.MakeDisk("disk", DiskSize);
        using var source = new CancellationTokenSource();
        Task run = _workshop.Converter.ConvertAsync(ToDevice("disk", device, "raw") with { MaxBytesPerSecond = 1 << 20 }, source.Token);
        await _workshop.Progress.Begun.WaitAsync(TimeSpan.FromSeconds(30), Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Contains(_workshop.Log.Warnings, line => line.Contains(device.Path, StringComparison.Ordinal) && line.Contains("not whole", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Managed")]
    [InlineData("QemuImg")]
    public async Task A_device_whose_storage_is_full_is_named(string engine)
    {
        Workshop.RequireQemuImg();
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Needs root to mount a small tmpfs.");
        string mount = Directory.CreateDirectory(_workshop.File("small")).FullName;
        Assert.SkipUnless(LoopDevice.Run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", mount).Code == 0, "tmpfs cannot be mounted here.");
        try
        {
            using (FileStream thin = File.Create(Path.Combine(mount, "thin")))
            {
                thin.SetLength(DeviceSize);
            }

            using LoopDevice device = LoopDevice.Over(Path.Combine(mount, "thin"), DeviceSize);
            await File.WriteAllBytesAsync(_workshop.File("disk"), RandomNumberGenerator.GetBytes(DiskSize), Token);
            Exception e = (await Record.ExceptionAsync(
                () => _workshop.Converter.ConvertAsync(ToDevice("disk", device, "raw") with { Engine = Enum.Parse<ConversionEngineChoice>(engine) }, Token)))!;
            var told = Assert.IsAssignableFrom<ImageUtilsException>(e);
            Assert.Contains("not whole", told.RecommendedAction, StringComparison.Ordinal);
            Assert.True(e is not NoSpaceException full || full.Location == device.Path);
            Assert.True(e is NoSpaceException or ConversionFailedException or DestinationUnwritableException, e.ToString());
        }
        finally
        {
            LoopDevice.Run("umount", mount);
        }
    }

    [Fact]
    public async Task Another_device_of_that_name_in_the_end_is_an_error()
    {
        using LoopDevice device = MakeDevice();
        using LoopDevice other = LoopDevice.Over(_workshop.File("other"), DeviceSize);
        _workshop.MakeDisk("disk", DiskSize);
        File.CreateSymbolicLink(_workshop.File("link"), device.Path);
        var exchange = new Progress(_ =>
        {
            File.Delete(_workshop.File("link"));
            File.CreateSymbolicLink(_workshop.File("link"), other.Path);
        });
        Exception? e = await Record.ExceptionAsync(() => new ImageConverter(_workshop.Context with { Progress = exchange }).ConvertAsync(_workshop.Request("disk", "link", "raw"), Token));
        Assert.IsType<DeviceNotFoundException>(e);
    }

    private LoopDevice MakeDevice(long size = DeviceSize) => LoopDevice.Over(_workshop.File("device"), size, Old);

    private ConversionRequest ToDevice(string source, LoopDevice device, string format) => _workshop.Request(source, device.Path, format);

    private static void AssertUntouched(LoopDevice device) => Assert.All(device.Read(0, DeviceSize), value => Assert.Equal(Old, value));

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private sealed class Progress(Action<ImageUtils.Operations.OperationProgress> onReport) : IProgress<ImageUtils.Operations.OperationProgress>
    {
        public void Report(ImageUtils.Operations.OperationProgress value) => onReport(value);
    }
}
