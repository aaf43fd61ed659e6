using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Processes;
using ImageUtils.Safety;

namespace ImageUtils.IntegrationTests.Conversion;

/// <summary>LUKS by the real qemu-img.</summary>
public sealed class LuksConversionTests : IDisposable
{
    private const string First = "first pass,phrase=\n";
    private const string Second = "zweite Pässphrase";
    private const long Size = 4 << 20;

    private readonly Workshop _workshop = new();
    private readonly List<Passphrase> _passphrases = [];

    public LuksConversionTests() => Workshop.RequireQemuImg();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _passphrases.ForEach(passphrase => passphrase.Dispose());
        _workshop.Dispose();
    }

    [Theory]
    [InlineData(null, 0, "aes-256", "xts", "plain64")]
    [InlineData("aes-xts-plain64", 256, "aes-256", "xts", "plain64")]
    [InlineData("aes-cbc-essiv:sha256", 256, "aes-256", "cbc", "essiv")]
    public async Task A_disk_is_encrypted_as_asked_and_comes_back(string? cipher, int keySize, string algorithm, string mode, string generator)
    {
        string disk = _workshop.MakeDisk("disk", Size);
        ImageConversionResult result = await _workshop.Converter.ConvertAsync(
            _workshop.Request("disk", "secret", "luks") with { Passphrase = Pass(First), Cipher = cipher is null ? null : CipherSpec.Decode(cipher, keySize) },
            Token);
        Assert.Equal(("raw", "luks", Size, "qemu-img"), (result.SourceFormat, result.Format, result.VirtualSize, result.Engine));
        ImageInspection inspection = _workshop.Context.Inspector.Inspect(result.Path, InspectionRequest.Default, Token);
        Assert.Equal((DiskFormat.Luks, Size), (inspection.Facts.Format, inspection.Facts.VirtualSize));
        Assert.Equal((algorithm, mode, generator), (inspection.Facts.FormatSpecific["cipher-alg"], inspection.Facts.FormatSpecific["cipher-mode"], inspection.Facts.FormatSpecific["ivgen-alg"]));

        // The file itself is the passphrase for qemu-img alone, byte by byte.
        File.WriteAllText(_workshop.File("pass"), First);
        ProcessResult foreign = await _workshop.RunAsync("qemu-img", "compare", "--object", $"secret,id=s,format=raw,file={_workshop.File("pass")}", "--image-opts", $"driver=raw,file.filename={disk}", $"driver=luks,key-secret=s,file.filename={result.Path}");
        Assert.Equal(0, foreign.ExitCode);

        ImageConversionResult back = await _workshop.Converter.ConvertAsync(_workshop.Request("secret", "back", "raw") with { SourcePassphrase = Pass(First) }, Token);
        Assert.Equal(("luks", "raw", Size), (back.SourceFormat, back.Format, back.VirtualSize));
        Assert.Equal(Workshop.Sha256(disk), Workshop.Sha256(back.Path));
    }

    [Fact]
    public async Task Other_formats_are_locked_and_opened_into()
    {
        const string format = "vhd";
        string disk = _workshop.MakeDisk("disk", Size);
        await _workshop.Converter.ConvertAsync(_workshop.Request("disk", "image", format), Token);
        await _workshop.Converter.ConvertAsync(_workshop.Request("image", "secret", "luks") with { Passphrase = Pass(First) }, Token);
        await _workshop.Converter.ConvertAsync(_workshop.Request("secret", "again", format) with { SourcePassphrase = Pass(First) }, Token);
        await _workshop.Converter.ConvertAsync(_workshop.Request("again", "back", "raw"), Token);
        Assert.Equal(Workshop.Sha256(disk), Workshop.Sha256(_workshop.File("back")));
    }

    [Fact]
    public async Task From_luks_to_luks_the_passphrase_and_the_cipher_change()
    {
        string disk = _workshop.MakeDisk("disk", Size);
        await _workshop.Converter.ConvertAsync(_workshop.Request("disk", "one, with a comma", "luks") with { Passphrase = Pass(First) }, Token);
        await _workshop.Converter.ConvertAsync(
            _workshop.Request("one, with a comma", "two", "luks") with { SourcePassphrase = Pass(First), Passphrase = Pass(Second), Cipher = CipherSpec.Decode("aes-xts-plain64", 128) },
            Token);
        Assert.Equal("aes-128", _workshop.Context.Inspector.Inspect(_workshop.File("two"), InspectionRequest.Default, Token).Facts.FormatSpecific["cipher-alg"]);
        await Assert.ThrowsAsync<WrongPassphraseException>(() => _workshop.Converter.ConvertAsync(_workshop.Request("two", "back", "raw") with { SourcePassphrase = Pass(First) }, Token));
        await _workshop.Converter.ConvertAsync(_workshop.Request("two", "back", "raw") with { SourcePassphrase = Pass(Second) }, Token);
        Assert.Equal(Workshop.Sha256(disk), Workshop.Sha256(_workshop.File("back")));
        Assert.DoesNotContain(_workshop.Log.VerboseLines, line => line.Contains("pass,phrase", StringComparison.Ordinal) || line.Contains("zweite", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_passphrase_without_its_end_of_line_is_another_one_and_nothing_is_left()
    {
        _workshop.MakeDisk("disk", Size);
        await _workshop.Converter.ConvertAsync(_workshop.Request("disk", "secret", "luks") with { Passphrase = Pass(First) }, Token);
        WrongPassphraseException e = await Assert.ThrowsAsync<WrongPassphraseException>(
            () => _workshop.Converter.ConvertAsync(_workshop.Request("secret", "back", "raw") with { SourcePassphrase = Pass(First.TrimEnd('\n')) }, Token));
        Assert.Equal(_workshop.File("secret"), e.Path);
        Assert.DoesNotContain("pass,phrase", e.ToString(), StringComparison.Ordinal);
        Assert.Equal(["disk", "secret"], _workshop.Names());
    }

    [Fact]
    public async Task Qcow2_with_luks_inside_is_opened_too()
    {
        string disk = _workshop.MakeDisk("disk", Size);
        File.WriteAllText(_workshop.File("pass"), Second);
        ProcessResult made;
        int tries = 0;
        do
        {
            made = await _workshop.RunAsync("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "--object", $"secret,id=s,format=raw,file={_workshop.File("pass")}", "-o", "encrypt.format=luks,encrypt.key-secret=s", disk, _workshop.File("image"));
        }
        while (made.ExitCode != 0 && ++tries < 9);

        await Assert.ThrowsAsync<InvalidPassphraseException>(() => _workshop.Converter.ConvertAsync(_workshop.Request("image", "back", "raw"), Token));
        await Assert.ThrowsAsync<WrongPassphraseException>(() => _workshop.Converter.ConvertAsync(_workshop.Request("image", "back", "raw") with { SourcePassphrase = Pass(First) }, Token));
        await _workshop.Converter.ConvertAsync(_workshop.Request("image", "back", "raw") with { SourcePassphrase = Pass(Second) }, Token);
        Assert.Equal(Workshop.Sha256(disk), Workshop.Sha256(_workshop.File("back")));
        ImageConversionResult locked = await _workshop.Converter.ConvertAsync(_workshop.Request("image", "locked", "luks") with { SourcePassphrase = Pass(Second), Passphrase = Pass(First) }, Token);
        Assert.Equal(("qcow2", "luks"), (locked.SourceFormat, locked.Format));
    }

    [Fact]
    public async Task What_is_inside_may_not_become_an_image_of_its_own()
    {
        string disk = _workshop.MakeDisk("disk", Size);
        await _workshop.RunAsync("qemu-img", "convert", "-f", "raw", "-O", "qcow2", disk, _workshop.File("hidden"));
        await _workshop.RunAsync("truncate", "-s", "4M", _workshop.File("hidden"));

        // A volume whose guest wrote a qcow2 header, locked by somebody else.
        File.WriteAllText(_workshop.File("pass"), First);
        ProcessResult made;
        int tries = 0;
        do
        {
            made = await _workshop.RunAsync("qemu-img", "convert", "-f", "raw", "-O", "luks", "--object", $"secret,id=s,format=raw,file={_workshop.File("pass")}", "-o", "key-secret=s", _workshop.File("hidden"), _workshop.File("secret"));
        }
        while (made.ExitCode != 0 && ++tries < 9);

        await Assert.ThrowsAsync<ImageUnacceptableException>(() => _workshop.Converter.ConvertAsync(_workshop.Request("secret", "back", "raw") with { SourcePassphrase = Pass(First) }, Token));
        Assert.False(File.Exists(_workshop.File("back")));
    }

    [Fact]
    public async Task The_process_list_and_the_disk_never_hold_the_passphrase()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks into /proc.");
        _workshop.MakeDisk("disk", 64 << 20);
        ConversionRequest request = _workshop.Request("disk", "secret", "luks") with { Passphrase = Pass("pass-in-no-list"), MaxBytesPerSecond = 16 << 20 };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<ImageConversionResult> run = _workshop.Converter.ConvertAsync(request, stop.Token);
        await _workshop.Progress.Begun.WaitAsync(TimeSpan.FromSeconds(60), Token);
        string[] told = Directory.EnumerateDirectories("/proc").Where(folder => char.IsDigit(Path.GetFileName(folder)[0]))
            .SelectMany(folder => new[] { Read(folder + "/cmdline"), Read(folder + "/environ") }).ToArray();
        Assert.Contains(told, text => text.Contains("luks_sec", StringComparison.Ordinal));
        Assert.DoesNotContain(told, text => text.Contains("pass-in-no-list", StringComparison.Ordinal));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(["disk"], _workshop.Names());
    }

    [Fact]
    public async Task A_device_is_locked_and_opened()
    {
        using LoopDevice device = LoopDevice.Over(_workshop.File("device"), 12 << 20);
        string disk = _workshop.MakeDisk("disk", Size);
        await _workshop.Converter.ConvertAsync(_workshop.Request("disk", device.Path, "luks") with { Passphrase = Pass(First) }, Token);
        Assert.Contains(_workshop.Log.VerboseLines, line => line.Contains("-O luks -t none -f raw --object secret,id=luks_sec", StringComparison.Ordinal));
        ImageConversionResult back = await _workshop.Converter.ConvertAsync(_workshop.Request(device.Path, "back", "raw") with { SourcePassphrase = Pass(First) }, Token);
        byte[] opened = new byte[Size];
        using (FileStream stream = File.OpenRead(back.Path))
        {
            stream.ReadExactly(opened);
        }

        Assert.Equal(await File.ReadAllBytesAsync(disk, Token), opened);

        // The disk fits, its header does not.
        using LoopDevice small = LoopDevice.Over(_workshop.File("small"), Size);
        await Assert.ThrowsAsync<ImageTooBigException>(() => _workshop.Converter.ConvertAsync(_workshop.Request("disk", small.Path, "luks") with { Passphrase = Pass(First) }, Token));
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    private Passphrase Pass(string text)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        _passphrases.Add(Passphrase.FromStream(stream, "test"));
        return _passphrases[^1];
    }
}
