using System.Security.Cryptography;
using System.Text.Json;
using ImageUtils.IntegrationTests.Support;

namespace ImageUtils.IntegrationTests.Cli;

/// <summary>The contract of the command line: words, exit codes, one JSON object a result.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Info_prints_one_object_a_path_in_camel_case()
    {
        _folder.RawDisk("a.raw");
        _folder.RawDisk("b.raw", 1 << 20);

        CommandLine run = await RunAsync("info", "a.raw", "b.raw", "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(2, run.Objects.Count);
        Assert.Equal("raw", run.Objects[0].GetProperty("format").GetString());
        Assert.Equal(4 << 20, run.Objects[0].GetProperty("virtualSize").GetInt64());
        Assert.Equal(_folder.File("b.raw"), run.Objects[1].GetProperty("path").GetString());
        Assert.Equal("managed", run.Objects[1].GetProperty("engine").GetString());
    }

    [Fact]
    public async Task A_missing_path_is_one_line_and_exit_code_1_and_the_rest_goes_on()
    {
        _folder.RawDisk("a.raw");

        CommandLine run = await RunAsync("info", "nothing.raw", "a.raw", "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.Single(run.Objects);
        string line = Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("nothing.raw", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_prints_its_object_also_when_it_refuses()
    {
        _folder.RawDisk("a.raw");

        CommandLine run = await RunAsync("check", "a.raw", "--claimed-format", "qcow2", "--json");

        Assert.Equal(1, run.ExitCode);
        JsonElement verdict = Assert.Single(run.Objects);
        Assert.False(verdict.GetProperty("isAcceptable").GetBoolean());
        Assert.Equal("qcow2", verdict.GetProperty("claimedFormat").GetString());
        JsonElement claim = verdict.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == "claimed_format");
        Assert.Equal("failed", claim.GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Check_takes_other_names_of_a_format_and_refuses_what_is_none()
    {
        _folder.RawDisk("a.raw");

        Assert.Equal(1, (await RunAsync("check", "a.raw", "--claimed-format", "vpc")).ExitCode);
        Assert.Equal(2, (await RunAsync("check", "a.raw", "--claimed-format", "nonsense")).ExitCode);
    }

    [Theory]
    [InlineData("nbd:127.0.0.1:1")]
    [InlineData("json:{}")]
    [InlineData("-U")]
    [InlineData("--help")]
    [InlineData("@file")]
    [InlineData("[diagram]")]
    [InlineData("with space")]
    [InlineData("new\nline")]
    [InlineData("$(touch pwned)")]
    public async Task A_path_is_a_path_whatever_its_name(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such file names.");
        _folder.RawDisk(name, 1 << 20);

        CommandLine run = await RunAsync("info", "--json", "--", name);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(_folder.File(name), Assert.Single(run.Objects).GetProperty("path").GetString());
        Assert.False(File.Exists(_folder.File("pwned")));
    }

    [Fact]
    public async Task Wrong_words_are_exit_code_2()
    {
        _folder.RawDisk("a.raw");

        Assert.Equal(2, (await RunAsync("info")).ExitCode);
        Assert.Equal(2, (await RunAsync("info", "a.raw", "--no-such-option")).ExitCode);
        Assert.Equal(2, (await RunAsync("convert", "a.raw")).ExitCode);
        Assert.Equal(2, (await RunAsync("publish", "a.raw")).ExitCode);
        Assert.Equal(2, (await RunAsync("info", "a.raw", "--engine", "sideways")).ExitCode);
        Assert.Equal(2, (await RunAsync("check", "a.raw", "--ignore-check", "no_such_check")).ExitCode);
        Assert.Equal(2, (await RunAsync("check", "a.raw", "--volume-size-gb", "10GB")).ExitCode);
        Assert.Equal(2, (await RunAsync("convert", "a.raw", "b.raw", "--max-rate", "quick")).ExitCode);
        Assert.Equal(2, (await RunAsync("convert", "a.raw", "b.raw", "--staged")).ExitCode);
    }

    [Fact]
    public async Task Formats_and_tools_are_tables_for_people_and_objects_for_programs()
    {
        CommandLine table = await RunAsync("formats");
        CommandLine objects = await RunAsync("formats", "--json");

        Assert.Contains("GlanceName", table.Output, StringComparison.Ordinal);
        Assert.Equal(DiskFormat.All.Count, objects.Objects.Count);
        Assert.Equal("vpc", objects.Objects.Single(format => format.GetProperty("name").GetString() == "vhd").GetProperty("qemuName").GetString());
        Assert.Equal("qemu-img", Assert.Single((await RunAsync("tools", "--json")).Objects).GetProperty("name").GetString());
    }

    [Fact]
    public async Task An_image_goes_to_the_service_and_comes_back_as_a_volume()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/qemu-img"), "qemu-img is not here.");
        byte[] disk = await File.ReadAllBytesAsync(_folder.RawDisk("disk.raw"));

        CommandLine published = await RunAsync("publish", "disk.raw", "--name", "first", "--disk-format", "qcow2", "--json", "--property", "os_distro=debian");
        Assert.Equal(0, published.ExitCode);
        JsonElement result = Assert.Single(published.Objects);
        string id = result.GetProperty("imageId").GetString()!;
        Assert.True(result.GetProperty("isConverted").GetBoolean());
        Assert.True(result.GetProperty("duration").GetDouble() > 0);

        JsonElement shown = Assert.Single((await RunAsync("images", "show", id, "--json")).Objects);
        Assert.Equal("debian", shown.GetProperty("properties").GetProperty("os_distro").GetString());
        Assert.Equal(disk.Length, shown.GetProperty("virtualSize").GetInt64());

        JsonElement fetched = Assert.Single((await RunAsync("fetch", id, "fetched.qcow2", "--json")).Objects);
        Assert.True(fetched.GetProperty("isHashVerified").GetBoolean());
        Assert.Equal("qcow2", fetched.GetProperty("format").GetString());

        CommandLine converted = await RunAsync("convert", "--image", id, "volume.raw", "--to", "raw", "--staged", "--json");
        Assert.Equal(0, converted.ExitCode);
        Assert.Equal(id, Assert.Single(converted.Objects).GetProperty("sourceImageId").GetString());
        Assert.Equal(SHA256.HashData(disk), SHA256.HashData(await File.ReadAllBytesAsync(_folder.File("volume.raw"))));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.File("conversion")));
    }

    [Fact]
    public async Task Standard_input_can_be_published()
    {
        byte[] disk = await File.ReadAllBytesAsync(_folder.RawDisk("disk.raw", 1 << 20));

        CommandLine run = await CommandLine.RunAsync(_folder.Path, ["publish", "-", "--name", "piped", "--json"], input: disk);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(Convert.ToHexStringLower(SHA512.HashData(disk)), Assert.Single(run.Objects).GetProperty("hash").GetString());
    }

    [Fact]
    public async Task What_needs_qemu_img_is_refused_where_it_is_missing_and_raw_still_works()
    {
        _folder.RawDisk("disk.raw");
        string empty = Directory.CreateDirectory(_folder.File("empty")).FullName;

        CommandLine refused = await CommandLine.RunAsync(_folder.Path, ["convert", "disk.raw", "disk.vmdk", "--to", "vmdk"], path: empty);
        CommandLine copied = await CommandLine.RunAsync(_folder.Path, ["convert", "disk.raw", "copy.raw", "--to", "raw"], path: empty);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("qemu-img", refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("disk.vmdk")));
        Assert.Equal(0, copied.ExitCode);
        Assert.True(File.Exists(_folder.File("copy.raw")));
    }

    [Fact]
    public async Task Nothing_is_overwritten_without_force()
    {
        _folder.RawDisk("disk.raw");
        await File.WriteAllTextAsync(_folder.File("kept.raw"), "kept");

        Assert.Equal(1, (await RunAsync("convert", "disk.raw", "kept.raw", "--to", "raw")).ExitCode);
        Assert.Equal("kept", await File.ReadAllTextAsync(_folder.File("kept.raw")));
        Assert.Equal(0, (await RunAsync("convert", "disk.raw", "kept.raw", "--to", "raw", "--force")).ExitCode);
        Assert.Equal(4 << 20, new FileInfo(_folder.File("kept.raw")).Length);
    }

    [Fact]
    public async Task Resize_takes_a_size_as_people_write_it_and_shrinks_only_when_told()
    {
        _folder.RawDisk("disk.raw");

        Assert.Equal(8 << 20, Assert.Single((await RunAsync("resize", "disk.raw", "8M", "--format", "raw", "--json")).Objects).GetProperty("virtualSize").GetInt64());
        CommandLine refused = await RunAsync("resize", "disk.raw", "1M");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("8388608", refused.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("resize", "disk.raw", "16M", "--format", "qcow2")).ExitCode);
        Assert.Equal(2, (await RunAsync("resize", "disk.raw", "large")).ExitCode);
        Assert.Equal(8 << 20, new FileInfo(_folder.File("disk.raw")).Length);
        Assert.Equal(0, (await RunAsync("resize", "disk.raw", "1048576", "--shrink")).ExitCode);
        Assert.Equal(1 << 20, new FileInfo(_folder.File("disk.raw")).Length);
    }

    [Fact]
    public async Task Measure_prints_one_object_an_image()
    {
        _folder.RawDisk("disk.raw");

        JsonElement measure = Assert.Single((await RunAsync("measure", "disk.raw", "--to", "raw", "--destination", ".", "--volume-size-gb", "1", "--json")).Objects);

        Assert.Equal(4 << 20, measure.GetProperty("fullyAllocatedBytes").GetInt64());
        Assert.Equal(1, measure.GetProperty("volumeSizeGB").GetInt64());
        Assert.True(measure.GetProperty("fits").GetBoolean());
        Assert.Equal(1, (await RunAsync("measure", "nothing.raw")).ExitCode);
    }

    [Fact]
    public async Task An_image_is_changed_and_its_store_is_listed()
    {
        string id = Assert.Single((await RunAsync("images", "create", "first", "--disk-format", "raw", "--property", "a=1", "--property", "b=2", "--json")).Objects).GetProperty("imageId").GetString()!;

        JsonElement changed = Assert.Single((await RunAsync(
            "images", "update", id, "--name", "second", "--min-disk-gb", "3", "--protected", "true", "--tag", "x", "--tag", "y", "--property", "a=9", "--remove-property", "b", "--disk-format", "vpc", "--json")).Objects);

        Assert.Equal("second", changed.GetProperty("name").GetString());
        Assert.Equal("vhd", changed.GetProperty("diskFormat").GetString());
        Assert.Equal("""{"a":"9"}""", changed.GetProperty("properties").GetRawText());
        Assert.Equal(["x", "y"], changed.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
        Assert.Equal(1, (await RunAsync("images", "delete", id)).ExitCode);
        Assert.Equal(0, (await RunAsync("images", "update", id, "--protected", "false", "--no-tags")).ExitCode);
        Assert.Equal(0, (await RunAsync("images", "delete", id)).ExitCode);
        Assert.Equal(2, (await RunAsync("images", "update", id)).ExitCode);
        Assert.Equal(1, (await RunAsync("images", "update", id, "--name", "x")).ExitCode);
        JsonElement store = Assert.Single((await RunAsync("images", "stores", "--json")).Objects);
        Assert.Equal(("local", true), (store.GetProperty("storeId").GetString(), store.GetProperty("isDefault").GetBoolean()));
    }

    private Task<CommandLine> RunAsync(params string[] words) => CommandLine.RunAsync(_folder.Path, words);
}
