using System.Text;
using ImageUtils.Configuration;
using ImageUtils.Conversion;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Formats;
using ImageUtils.Operations;
using ImageUtils.Processes;

namespace ImageUtils.Core.Tests.Conversion;

/// <summary>What is asked of qemu-img for encrypted images, and what its answers become.</summary>
public sealed class EncryptedConversionTests : IDisposable
{
    private const long Size = 1 << 20;

    private readonly TemporaryFolder _folder = new();
    private readonly PresetInspector _inspector = new();
    private readonly RecordingLog _log = new();
    private readonly Passphrase _passphrase = Make("pass-for-result");
    private readonly Passphrase _sourcePassphrase = Make("pass-for-source");

    public EncryptedConversionTests()
    {
        using FileStream stream = File.Create(_folder.File("a"));
        stream.SetLength(Size);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ConversionRequest ToLuks => Request("luks") with { Passphrase = _passphrase };

    public void Dispose()
    {
        _folder.Dispose();
        _passphrase.Dispose();
        _sourcePassphrase.Dispose();
    }

    [Fact]
    public async Task The_passphrase_is_handed_over_by_a_name_and_stands_in_no_word()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Handed over as Linux can.");
        _inspector.ResultFacts = Luks();
        string? handed = null;
        var qemuImg = new FakeQemuImg { Write = path => File.WriteAllText(path, "image"), OnAsked = asked => handed = File.ReadAllText(SecretPath(asked)) };
        ImageConversionResult result = await Converter(qemuImg).ConvertAsync(ToLuks with { Cipher = CipherSpec.Decode("aes-xts-plain64", 256) }, Token);
        string words = string.Join(' ', Assert.Single(qemuImg.Asked).Arguments);
        Assert.Equal("pass-for-result", handed);
        Assert.DoesNotContain("pass-for", words, StringComparison.Ordinal);
        Assert.StartsWith("convert -p -O luks -f raw -o cipher-alg=aes-256,cipher-mode=xts,ivgen-alg=plain64 --object secret,id=luks_sec,format=raw,file=/proc/", words, StringComparison.Ordinal);
        Assert.Equal(("luks", Size, "qemu-img"), (result.Format, result.VirtualSize, result.Engine));
        Assert.False(File.Exists(SecretPath(qemuImg.Asked[0])));
    }

    [Theory]
    [InlineData("aes-xts-plain64", 128)]
    [InlineData("aes-cbc-plain64", 256)]
    [InlineData("aes-xts-essiv:sha256", 256)]
    public async Task A_result_with_another_cipher_is_refused(string cipher, int keySize)
    {
        _inspector.ResultFacts = Luks();
        await Assert.ThrowsAsync<ConversionFailedException>(() => Converter(new FakeQemuImg()).ConvertAsync(ToLuks with { Cipher = CipherSpec.Decode(cipher, keySize) }, Token));
        Assert.Equal(["a"], _folder.Names());
    }

    [Theory]
    [InlineData(8, true)]
    [InlineData(9, false)]
    public async Task Creation_is_tried_again_where_the_processor_could_not_be_measured(int failures, bool succeeds)
    {
        _inspector.ResultFacts = Luks();

        // qemu-img takes away what it could not finish. What it would make itself behind a root helper were root's.
        var qemuImg = new FakeQemuImg
        {
            FailuresFirst = failures,
            StandardError = "qemu-img: b: error while converting luks: Unable to get accurate CPU usage",
            OnAsked = asked =>
            {
                Assert.True(File.Exists(asked.Arguments[^1]));
                File.Delete(asked.Arguments[^1]);
            },
            Write = path => File.WriteAllText(path, "image"),
        };
        Exception? e = await Record.ExceptionAsync(() => Converter(qemuImg).ConvertAsync(ToLuks, Token));
        Assert.Equal(9, qemuImg.Asked.Count);
        Assert.Equal(succeeds, e is null);
        Assert.True(succeeds || e is ConversionFailedException);
    }

    [Fact]
    public async Task Other_failures_are_not_tried_again()
    {
        var qemuImg = new FakeQemuImg { ExitCode = 1, StandardError = "qemu-img: Input/output error" };
        await Assert.ThrowsAsync<ConversionFailedException>(() => Converter(qemuImg).ConvertAsync(ToLuks, Token));
        Assert.Single(qemuImg.Asked);
    }

    [Fact]
    public async Task A_wrong_passphrase_is_an_error_of_its_own()
    {
        _inspector.Know(_folder.File("a"), Luks());
        var qemuImg = new FakeQemuImg { ExitCode = 1, StandardError = "qemu-img: Could not open 'driver=luks,…': Invalid password, cannot unlock any keyslot" };
        WrongPassphraseException e = await Assert.ThrowsAsync<WrongPassphraseException>(() => Converter(qemuImg).ConvertAsync(Request("raw") with { SourcePassphrase = _sourcePassphrase }, Token));
        Assert.Equal(_folder.File("a"), e.Path);
        Assert.Equal(("WrongPassphrase", ErrorKind.AuthenticationError), (e.ErrorId, e.Kind));
    }

    [Theory]
    [InlineData("qemu-img: b: error while converting luks: Parameter 'cipher-alg' does not accept value 'aes-512'")]
    [InlineData("qemu-img: b: error while converting luks: Unsupported cipher mode xts")]
    [InlineData("qemu-img: b: error while converting luks: Algorithm '3des' not supported")]
    public async Task A_cipher_that_qemu_img_does_not_know_is_told_as_such(string said)
    {
        var qemuImg = new FakeQemuImg { ExitCode = 1, StandardError = said };
        await Assert.ThrowsAsync<InvalidCipherSpecException>(() => Converter(qemuImg).ConvertAsync(ToLuks with { Cipher = CipherSpec.Decode("aes-xts-plain64", 512) }, Token));
        Assert.Equal(["a"], _folder.Names());
    }

    [Fact]
    public async Task Passphrases_are_asked_for_where_they_are_needed_and_refused_elsewhere_before_any_work()
    {
        var qemuImg = new FakeQemuImg();
        ImageConverter converter = Converter(qemuImg);
        await Assert.ThrowsAsync<InvalidPassphraseException>(() => converter.ConvertAsync(Request("luks"), Token));
        Assert.Throws<InvalidPassphraseException>(() => converter.EnsureCanConvert(DiskFormat.Raw, Request("luks")));
        await Assert.ThrowsAsync<NotSupportedOperationException>(() => converter.ConvertAsync(Request("qcow2") with { Passphrase = _passphrase }, Token));
        await Assert.ThrowsAsync<NotSupportedOperationException>(() => converter.ConvertAsync(Request("raw") with { Cipher = CipherSpec.Decode("aes-xts-plain64", 256) }, Token));
        await Assert.ThrowsAsync<NotSupportedOperationException>(() => converter.ConvertAsync(Request("qcow2") with { SourcePassphrase = _sourcePassphrase }, Token));
        _inspector.Know(_folder.File("a"), Luks());
        await Assert.ThrowsAsync<InvalidPassphraseException>(() => converter.ConvertAsync(Request("raw"), Token));
        Assert.Empty(qemuImg.Asked);
        Assert.Equal(["a"], _folder.Names());
    }

    [Fact]
    public async Task Luks_version_2_is_told_to_be_beyond_qemu_img()
    {
        _inspector.Know(_folder.File("a"), Luks() with { FormatSpecific = new Dictionary<string, object?>(StringComparer.Ordinal) { ["version"] = 2L } });
        NotSupportedOperationException e = await Assert.ThrowsAsync<NotSupportedOperationException>(() => Converter(new FakeQemuImg()).ConvertAsync(Request("raw") with { SourcePassphrase = _sourcePassphrase }, Token));
        Assert.Contains("cryptsetup", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_limits_of_conversions_are_options_of_their_own()
    {
        _inspector.ResultFacts = new ImageFacts { Format = DiskFormat.Qcow2, VirtualSize = Size };
        var qemuImg = new FakeQemuImg();
        ImageConverter converter = Converter(qemuImg, options => options with
        {
            ConvertCpuLimit = TimeSpan.FromSeconds(70),
            ConvertAddressSpaceLimit = 3L << 30,
            ConvertTimeLimit = TimeSpan.FromHours(1),
        });
        await converter.ConvertAsync(Request("qcow2"), Token);
        ProcessRequest asked = Assert.Single(qemuImg.Asked);
        Assert.Equal(new ProcessLimits(TimeSpan.FromSeconds(70), 3L << 30), asked.Limits);
        Assert.Equal(TimeSpan.FromHours(1), asked.Timeout);
    }

    [Theory]
    [InlineData(-9, true, "options ConvertCpuLimit")]
    [InlineData(-9, false, "memory ran out")]
    [InlineData(-15, true, "somebody else")]
    public async Task A_program_that_was_killed_is_told_with_its_signal(int exitCode, bool hasLimit, string expected)
    {
        var qemuImg = new FakeQemuImg { ExitCode = exitCode };
        ImageConverter converter = Converter(qemuImg, options => hasLimit ? options with { ConvertCpuLimit = TimeSpan.FromSeconds(1) } : options);
        ConversionFailedException e = await Assert.ThrowsAsync<ConversionFailedException>(() => converter.ConvertAsync(Request("qcow2"), Token));
        Assert.Contains($"signal {-exitCode}", e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(["a"], _folder.Names());
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("no good name", true)]
    public async Task Without_a_control_group_that_can_be_used_qemu_img_limits_itself(string? group, bool isWarned)
    {
        _inspector.ResultFacts = Luks();
        var qemuImg = new FakeQemuImg();
        await Converter(qemuImg, options => options with { CgroupName = group }).ConvertAsync(ToLuks with { MaxBytesPerSecond = 77 }, Token);
        ProcessRequest asked = Assert.Single(qemuImg.Asked);
        Assert.Contains("-r 77", string.Join(' ', asked.Arguments), StringComparison.Ordinal);
        Assert.Empty(asked.Prefix);
        Assert.Equal(isWarned, _log.Warnings.Count == 1);
    }

    private static string SecretPath(ProcessRequest request) => request.Arguments.First(word => word.StartsWith("secret,", StringComparison.Ordinal)).Split("file=")[1];

    private static ImageFacts Luks() => new()
    {
        Format = DiskFormat.Luks,
        VirtualSize = Size,
        IsEncrypted = true,
        FormatSpecific = new Dictionary<string, object?>(StringComparer.Ordinal) { ["cipher-alg"] = "aes-256", ["cipher-mode"] = "xts", ["ivgen-alg"] = "plain64" },
    };

    private static Passphrase Make(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return Passphrase.FromStream(stream, "test");
    }

    private ConversionRequest Request(string format) => new() { SourcePath = _folder.File("a"), DestinationPath = _folder.File("b"), OutputFormat = DiskFormat.Parse(format) };

    private ImageConverter Converter(FakeQemuImg qemuImg, Func<ImageUtilsOptions, ImageUtilsOptions>? change = null) => new(new OperationContext
    {
        Options = (change ?? (options => options))(new ImageUtilsOptions { ImageConversionDirectory = _folder.Path, LocalImageDirectory = _folder.File("images") }),
        Processes = qemuImg,
        Inspector = _inspector,
        Log = _log,
        Progress = new Progress<OperationProgress>(),
    });
}
