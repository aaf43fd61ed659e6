using System.Runtime.Versioning;
using System.Text;
using System.Text.Json.Nodes;
using ImageUtils.Configuration;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;

namespace ImageUtils.Core.Tests.Configuration;

public sealed class UserOptionsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private UserOptionsFile File => new(Path.Combine(_folder.Path, "imageutils", "options.json"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_is_where_the_system_keeps_settings()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix customs.");
        Assert.Equal("/c/imageutils/options.json", UserOptionsFile.Find(name => name == "XDG_CONFIG_HOME" ? "/c" : null).FilePath);
        Assert.Equal("/h/.config/imageutils/options.json", UserOptionsFile.Find(name => name == "HOME" ? "/h" : "relative").FilePath);
    }

    [Fact]
    public void No_file_is_no_option()
    {
        Assert.Equal(0, File.Read().Values.Count);
        File.Update(OptionSet.Empty, [.. OptionDefinitions.All], imported: null, Token);
        Assert.Empty(_folder.Names());
    }

    [Fact]
    public void Each_kind_of_value_comes_back()
    {
        OptionSet values = OptionSet.Empty
            .With(Option("CompressOnUpload"), false)
            .With(Option("RetryCount"), 9)
            .With(Option("VolumeDdBlockSize"), 3L << 40)
            .With(Option("ConversionCpuLimit"), 12)
            .With(Option("VmdkAllowedTypes"), Array.Empty<string>())
            .With(Option("RootHelper"), (string[])["sudo", "a b", "ü\"\\"])
            .With(Option("AllowedFileFolders"), (string[])[_folder.Path])
            .With(Option("ImageConversionDirectory"), _folder.File("c"))
            .With(Option("BackendName"), "host@é<lvm>")
            .With(Option("QemuImgPath"), "qemu-img")
            .With(Option("ConversionFormat"), "qcow2");
        File.Update(values, [], imported: null, Token);

        OptionSet read = File.Read().Values;

        Assert.Equal(values.Names.Order(StringComparer.Ordinal), read.Names.Order(StringComparer.Ordinal));
        Assert.All(OptionDefinitions.All, definition => Assert.Equal(values[definition], read[definition]));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void File_and_folder_are_the_owners_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix rights.");
        File.Update(OptionSet.Empty.With(Option("RetryCount"), 1), [], imported: null, Token);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File.FilePath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, System.IO.File.GetUnixFileMode(Path.GetDirectoryName(File.FilePath)!));
    }

    [Fact]
    public void A_change_touches_nothing_else_and_leaves_nothing_beside()
    {
        Given("""{"note":{"mine":[1,2]},"retrycount":4,"CgroupName":"g","CinderConf":{"RetryCount":7,"other":true}}""");
        File.Update(OptionSet.Empty.With(Option("RetryCount"), 5), [Option("CgroupName")], imported: null, Token);

        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"note":{"mine":[1,2]},"RetryCount":5,"CinderConf":{"RetryCount":7,"other":true}}"""),
            JsonNode.Parse(System.IO.File.ReadAllText(File.FilePath))));
        Assert.Equal(["options.json", "options.json.lock"], Directory.GetFiles(Path.GetDirectoryName(File.FilePath)!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_reset_takes_the_option_out_of_the_import_too()
    {
        File.Update(OptionSet.Empty, [], OptionSet.Empty.With(Option("RetryCount"), 7).With(Option("CgroupName"), "g"), Token);
        File.Update(OptionSet.Empty, [Option("RetryCount")], imported: null, Token);
        Assert.Equal(["CgroupName"], File.Read().CinderConf.Names);
    }

    [Fact]
    public void A_new_import_takes_the_place_of_the_old_one()
    {
        File.Update(OptionSet.Empty, [], OptionSet.Empty.With(Option("RetryCount"), 7), Token);
        File.Update(OptionSet.Empty, [], OptionSet.Empty.With(Option("CgroupName"), "g"), Token);
        Assert.Equal(["CgroupName"], File.Read().CinderConf.Names);
    }

    [Fact]
    public void A_file_that_is_a_link_stays_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there.");
        string real = _folder.File("dotfiles.json");
        System.IO.File.WriteAllText(real, """{"RetryCount":4}""");
        Directory.CreateDirectory(Path.GetDirectoryName(File.FilePath)!);
        System.IO.File.CreateSymbolicLink(File.FilePath, real);

        File.Update(OptionSet.Empty.With(Option("CgroupName"), "g"), [], imported: null, Token);

        Assert.Equal(real, new FileInfo(File.FilePath).LinkTarget);
        Assert.Equal(4, File.Read().Values[Option("RetryCount")]);
        Assert.Contains("CgroupName", System.IO.File.ReadAllText(real), StringComparison.Ordinal);
    }

    [Fact]
    public void People_write_values_as_they_would_in_a_variable()
    {
        Given("""{"conversionaddressspacelimit":"2GiB","ConversionDisabled":"yes","VmdkAllowedTypes":"a, b","RootHelper":"sudo -n 'x y'","RetryCount":null}""");
        OptionSet values = File.Read().Values;
        Assert.Equal(2L << 30, values[Option("ConversionAddressSpaceLimit")]);
        Assert.Equal(true, values[Option("ConversionDisabled")]);
        Assert.Equal(["a", "b"], (string[])values[Option("VmdkAllowedTypes")]!);
        Assert.Equal(["sudo", "-n", "x y"], (string[])values[Option("RootHelper")]!);
        Assert.Null(values[Option("RetryCount")]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{} {}")]
    [InlineData("""{"RetryCount":1,"RetryCount":2}""")]
    [InlineData("""{"RetryCount":1,"retrycount":2}""")]
    [InlineData("""{"CinderConf":5}""")]
    [InlineData("// comment\n{}")]
    public void A_broken_file_is_named_and_never_written_over(string text)
    {
        Given(text);
        Assert.Equal(File.FilePath, Assert.Throws<InvalidOptionFileException>(() => File.Read()).Path);
        if (!text.Contains("RetryCount", StringComparison.Ordinal))
        {
            Assert.Throws<InvalidOptionFileException>(() => File.Update(OptionSet.Empty.With(Option("CgroupName"), "g"), [], imported: null, Token));
            Assert.Equal(text, System.IO.File.ReadAllText(File.FilePath));
        }
    }

    [Theory]
    [InlineData("""{"RetryCount":1.5}""")]
    [InlineData("""{"RetryCount":1e99}""")]
    [InlineData("""{"RetryCount":true}""")]
    [InlineData("""{"RetryCount":[1]}""")]
    [InlineData("""{"ConversionDisabled":1}""")]
    [InlineData("""{"VmdkAllowedTypes":["a",1]}""")]
    [InlineData("""{"VmdkAllowedTypes":{}}""")]
    [InlineData("""{"ImageConversionDirectory":"relative"}""")]
    [InlineData("""{"AllowedFileFolders":["relative"]}""")]
    [InlineData("""{"QemuImgPath":"./qemu-img"}""")]
    [InlineData("""{"CinderConf":{"RetryCount":-1}}""")]
    public void A_bad_value_names_the_file_and_can_be_taken_away(string text)
    {
        Given(text);
        InvalidOptionException e = Assert.Throws<InvalidOptionException>(() => File.Read());
        Assert.Equal(File.FilePath, e.Path);
        Assert.Contains(File.FilePath, e.Message, StringComparison.Ordinal);

        Assert.True(OptionDefinitions.TryFind(e.Name, out OptionDefinition? definition));
        File.Update(OptionSet.Empty, [definition], imported: null, Token);
        Assert.Equal(0, File.Read().Values.Count + File.Read().CinderConf.Count);
    }

    [Fact]
    public void A_file_without_end_or_of_another_kind_is_refused()
    {
        Given(new string(' ', (1 << 20) + 1));
        Assert.Throws<InvalidOptionFileException>(() => File.Read());
        System.IO.File.WriteAllBytes(File.FilePath, [(byte)'{', 0xFF, (byte)'}']);
        Assert.Throws<InvalidOptionFileException>(() => File.Read());
        System.IO.File.Delete(File.FilePath);
        Directory.CreateDirectory(File.FilePath);
        Assert.Throws<InvalidOptionFileException>(() => File.Read());
    }

    [Fact]
    public void A_mark_of_the_byte_order_does_not_matter()
    {
        Given("""{"RetryCount":4}""", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal(4, File.Read().Values[Option("RetryCount")]);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_file_that_everybody_may_write_decides_nothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix rights.");
        Given("""{"QemuImgPath":"/tmp/mine"}""");
        System.IO.File.SetUnixFileMode(File.FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);
        Assert.Throws<InvalidOptionFileException>(() => File.Read());
    }

    [Fact]
    public async Task Writers_at_the_same_time_lose_nothing()
    {
        OptionDefinition[] numbers = [.. OptionDefinitions.All.Where(definition => definition.Kind is OptionKind.Size or OptionKind.Count or OptionKind.Seconds)];
        Task[] writers = [.. numbers.Select(definition => Task.Run(
            () =>
            {
                for (int round = 1; round <= 20; round++)
                {
                    object value = definition.Kind == OptionKind.Size ? (object)(long)(round << 21) : round;
                    File.Update(OptionSet.Empty.With(definition, value), [], imported: null, Token);
                    Assert.Equal(value, File.Read().Values[definition]);
                }
            },
            Token))];
        await Task.WhenAll(writers);
        Assert.Equal(numbers.Length, File.Read().Values.Count);
    }

    private static OptionDefinition Option(string name) =>
        OptionDefinitions.TryFind(name, out OptionDefinition? definition) ? definition : throw new ArgumentException(name);

    private void Given(string text, Encoding? encoding = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File.FilePath)!);
        System.IO.File.WriteAllText(File.FilePath, text, encoding ?? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }
}
