using ImageUtils.Processes;
using ImageUtils.Qemu;

namespace ImageUtils.Core.Tests.Qemu;

public sealed class QemuImgCommandsTests
{
    private static readonly QemuConversion Plain = new()
    {
        Source = new QemuSource("/a", DiskFormat.Qcow2),
        DestinationPath = "/b",
        OutputFormat = DiskFormat.Raw,
    };

    private static readonly QemuSource Luks = new("/a", DiskFormat.Luks);
    private static readonly CipherSpec Aes = CipherSpec.Decode("aes-xts-plain64", 256);
    private static readonly QemuConversion ToLuks = Plain with { Source = new QemuSource("/a", DiskFormat.Raw), OutputFormat = DiskFormat.Luks, SecretPath = "/s" };

    public static TheoryData<string, QemuConversion> Conversions() => new()
    {
        { "convert -O raw -f qcow2 /a /b", Plain },
        { "convert -O raw -t none -f qcow2 /a /b", Plain with { DirectIO = true } },
        { "convert -O raw -S 0 -f qcow2 /a /b", Plain with { DisableSparse = true } },
        { "convert -O qcow2 -t none -S 0 -c -f raw /a /b", Plain with { OutputFormat = DiskFormat.Qcow2, Source = new QemuSource("/a", DiskFormat.Raw), DirectIO = true, DisableSparse = true, Compress = true } },
        { "convert -O raw -f qcow2 /a /b", Plain with { Compress = true } },
        { "convert -O vmdk -o subformat=streamOptimized -f qcow2 /a /b", Plain with { OutputFormat = DiskFormat.Vmdk, OutputSubformat = "streamOptimized", Compress = true } },
        { "convert -O vpc -o force_size=on -f qcow2 /a /b", Plain with { OutputFormat = DiskFormat.Vhd } },
        { "convert -O vpc -o subformat=fixed,force_size=on -f qcow2 /a /b", Plain with { OutputFormat = DiskFormat.Vhd, OutputSubformat = "fixed" } },
        { "convert -O vhdx -o subformat=a,,b=c -f qcow2 /a /b", Plain with { OutputFormat = DiskFormat.Vhdx, OutputSubformat = "a,b=c" } },
        { "convert -O raw -f raw /a /b", Plain with { OutputFormat = DiskFormat.Iso, Source = new QemuSource("/a", DiskFormat.Gpt) } },
        { "convert -O parallels -f vdi /a /b", Plain with { OutputFormat = DiskFormat.Parallels, Source = new QemuSource("/a", DiskFormat.Vdi) } },
        { "convert -p -O raw -r 1000 -f qcow2 /a /b", Plain with { ShowProgress = true, MaxBytesPerSecond = 1000 } },
        { "convert -O raw -f qcow2 /a /b", Plain with { MaxBytesPerSecond = 0 } },
        { "convert -O raw --image-opts driver=vpc,force_size_calc=current_size,file.driver=file,file.filename=/a,,b,,c /b,c", Plain with { Source = new QemuSource("/a,b,c", DiskFormat.Vhd, "footer"), DestinationPath = "/b,c" } },
        { "convert -O raw --image-opts driver=vpc,force_size_calc=chs,file.driver=file,file.filename=/a /b", Plain with { Source = new QemuSource("/a", DiskFormat.Vhd, "chs") } },
    };

    public static TheoryData<string, QemuConversion> EncryptedConversions() => new()
    {
        // cinder, line 054.
        { "convert -O luks -f raw --object secret,id=luks_sec,format=raw,file=/s -o key-secret=luks_sec /a /b", ToLuks },
        { "convert -O luks -t none -S 0 -f raw -o cipher-alg=aes-256,cipher-mode=xts,ivgen-alg=plain64 --object secret,id=luks_sec,format=raw,file=/s -o key-secret=luks_sec /a /b", ToLuks with { DirectIO = true, DisableSparse = true, Cipher = Aes } },
        { "convert -p -O luks -r 7 -f raw --object secret,id=luks_sec,format=raw,file=/s -o key-secret=luks_sec /a /b", ToLuks with { ShowProgress = true, MaxBytesPerSecond = 7 } },
        { "convert -O luks -f raw -o cipher-alg=aes-256,cipher-mode=cbc,ivgen-alg=essiv,ivgen-hash-alg=sha256 --object secret,id=luks_sec,format=raw,file=/s -o key-secret=luks_sec /a /b", ToLuks with { Cipher = CipherSpec.Decode("aes-cbc-essiv:sha256", 256) } },
        { "convert -O luks --image-opts --object secret,id=luks_sec,format=raw,file=/s -o key-secret=luks_sec driver=vpc,force_size_calc=current_size,file.driver=file,file.filename=/a /b", ToLuks with { Source = new QemuSource("/a", DiskFormat.Vhd) } },

        // cinder, line 056; the driver is named, and cipher and limits are not dropped.
        { "convert -t none -S 0 --object secret,id=sec1,format=raw,file=/from --object secret,id=sec2,format=raw,file=/s --image-opts driver=luks,key-secret=sec1,file.driver=file,file.filename=/a -O luks -o key-secret=sec2 /b", ToLuks with { Source = Luks, SourceSecretPath = "/from", DirectIO = true, DisableSparse = true } },
        { "convert -r 9 --object secret,id=sec1,format=raw,file=/from --object secret,id=sec2,format=raw,file=/s --image-opts driver=qcow2,encrypt.format=luks,encrypt.key-secret=sec1,file.driver=file,file.filename=/a,,b -O luks -o cipher-alg=aes-256,cipher-mode=xts,ivgen-alg=plain64 -o key-secret=sec2 /b", ToLuks with { Source = new QemuSource("/a,b", DiskFormat.Qcow2), SourceSecretPath = "/from", Cipher = Aes, MaxBytesPerSecond = 9 } },

        // Refused by cinder, line 055.
        { "convert -O raw --object secret,id=sec1,format=raw,file=/proc/1/fd/2 --image-opts driver=luks,key-secret=sec1,file.driver=file,file.filename=/a /b", Plain with { Source = Luks, SourceSecretPath = "/proc/1/fd/2" } },
        { "convert -O qcow2 -c --object secret,id=sec1,format=raw,file=/x,,y --image-opts driver=luks,key-secret=sec1,file.driver=host_device,file.filename=/dev/sdb /b", Plain with { OutputFormat = DiskFormat.Qcow2, Compress = true, Source = new QemuSource("/dev/sdb", DiskFormat.Luks) { IsDevice = true }, SourceSecretPath = "/x,y" } },

        // A device that goes away is not replaced by a file.
        { "convert -p -n -O raw -t none -f qcow2 /a /dev/sdb", Plain with { ShowProgress = true, KeepDestination = true, DirectIO = true, DestinationPath = "/dev/sdb" } },
    };

    [Theory]
    [MemberData(nameof(EncryptedConversions))]
    public void Passphrases_and_ciphers_stand_where_cinder_puts_them(string expected, QemuConversion conversion) =>
        Assert.Equal(expected, string.Join(' ', QemuImgCommands.Convert(conversion)));

    [Theory]
    [MemberData(nameof(Conversions))]
    public void The_words_of_convert_stand_in_the_order_of_cinder(string expected, QemuConversion conversion) =>
        Assert.Equal(expected, CommandLineText.Write(QemuImgCommands.Convert(conversion), [], forWindows: false));

    [Theory]
    [InlineData("info -f qcow2 --output=json /a", "qcow2", false)]
    [InlineData("info -f qcow2 --output=json --force-share /a", "qcow2", true)]
    [InlineData("info -f luks --output=json /a", "luks", false)]
    [InlineData("info -f raw --output=json /a", "iso", false)]
    [InlineData("info --image-opts --output=json --force-share driver=vpc,force_size_calc=current_size,file.driver=file,file.filename=/a", "vpc", true)]
    public void The_words_of_info_stand_in_the_order_of_cinder(string expected, string format, bool forceShare) =>
        Assert.Equal(expected, string.Join(' ', QemuImgCommands.Info(new QemuSource("/a", DiskFormat.Parse(format)), forceShare)));

    [Theory]
    [InlineData("resize -f raw /a 2G", 2L << 30, false)]
    [InlineData("resize -f raw /a 2147484160", (2L << 30) + 512, false)]
    [InlineData("resize -f raw --shrink /a 1G", 1L << 30, true)]
    public void Whole_gibibytes_are_written_as_cinder_does(string expected, long size, bool shrink) =>
        Assert.Equal(expected, string.Join(' ', QemuImgCommands.Resize("/a", DiskFormat.Raw, size, shrink)));

    [Fact]
    public void The_words_of_measure_and_version()
    {
        Assert.Equal("measure --output=json -O qcow2 -f vmdk /a", string.Join(' ', QemuImgCommands.Measure(new QemuSource("/a", DiskFormat.Vmdk), DiskFormat.Qcow2)));
        Assert.Equal("measure --output=json -O qcow2 -o cluster_size=1048576 -f raw /a", string.Join(' ', QemuImgCommands.Measure(new QemuSource("/a", DiskFormat.Gpt), DiskFormat.Qcow2, 1 << 20)));
        Assert.Equal("--version", string.Join(' ', QemuImgCommands.Version()));
    }

    [Theory]
    [InlineData("-U")]
    [InlineData("json:{}")]
    [InlineData("nbd:127.0.0.1:1")]
    [InlineData("file:x")]
    public void A_name_never_stands_alone(string name)
    {
        string word = QemuImgCommands.Info(new QemuSource(name, DiskFormat.Raw), forceShare: false)[^1];
        Assert.Equal(Path.Combine(Environment.CurrentDirectory, name), word);
    }

    [Fact]
    public void A_format_that_qemu_does_not_know_is_refused() =>
        Assert.Throws<ArgumentException>(() => QemuImgCommands.Info(new QemuSource("/a", DiskFormat.Gzip), forceShare: false));
}
