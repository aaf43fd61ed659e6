using ImageUtils.Configuration;
using ImageUtils.Errors;

namespace ImageUtils.Core.Tests.Configuration;

public sealed class OptionsLoaderTests
{
    [Fact]
    public void An_empty_environment_gives_the_defaults()
    {
        LoadedOptions loaded = OptionsLoader.LoadWithSources(Environment(("HOME", "/home/user"), ("LOCALAPPDATA", @"C:\Users\user")));
        Assert.All(loaded.Sources.Values, source => Assert.Equal(OptionSource.Default, source));
        Assert.True(loaded.Options.CompressOnUpload);
        Assert.False(loaded.Options.ConversionDisabled);
        Assert.Equal(["streamOptimized", "monolithicSparse"], loaded.Options.VmdkAllowedTypes);
        Assert.Equal(["sudo", "-n"], loaded.Options.RootHelper);
        Assert.Equal(TimeSpan.FromSeconds(60), loaded.Options.ConversionCpuLimit);
        Assert.Null(loaded.Options.BackendName);
        Assert.Equal(0, loaded.Options.VolumeCopyBytesPerSecond);
        Assert.Equal(1 << 20, loaded.Options.VolumeDdBlockSize);
        Assert.True(loaded.Options.VerifySignatures);
        Assert.Null(loaded.Options.ConversionFormat);
        Assert.Equal(3, loaded.Options.RetryCount);
        Assert.Empty(loaded.Options.AllowedFileFolders);
    }

    [Fact]
    public void Every_option_has_a_variable_of_its_own()
    {
        LoadedOptions loaded = OptionsLoader.LoadWithSources(Environment(("HOME", "/home/user"), ("LOCALAPPDATA", @"C:\Users\user")));
        Assert.Equal(
            typeof(ImageUtilsOptions).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal),
            loaded.Sources.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_folders_follow_the_data_folder_of_the_user()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix customs.");
        Assert.Equal("/data/imageutils/images", OptionsLoader.Load(Environment(("HOME", "/h"), ("XDG_DATA_HOME", "/data"))).LocalImageDirectory);
        Assert.Equal("/h/.local/share/imageutils/conversion", OptionsLoader.Load(Environment(("HOME", "/h"), ("XDG_DATA_HOME", "relative"))).ImageConversionDirectory);
        Assert.Equal("/h/.local/share/imageutils/images", OptionsLoader.Load(Environment(("HOME", "/h"), ("XDG_DATA_HOME", ""))).LocalImageDirectory);
    }

    [Fact]
    public void Variables_win_over_defaults()
    {
        LoadedOptions loaded = OptionsLoader.LoadWithSources(Environment(
            ("HOME", "/h"),
            ("IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY", Path.Combine(Path.GetTempPath(), "c")),
            ("IMAGEUTILS_LOCAL_IMAGE_DIRECTORY", Path.Combine(Path.GetTempPath(), "i")),
            ("IMAGEUTILS_BACKEND_NAME", "host@lvm"),
            ("IMAGEUTILS_COMPRESS_ON_UPLOAD", "False"),
            ("IMAGEUTILS_CONVERSION_CPU_LIMIT", "7"),
            ("IMAGEUTILS_CONVERSION_ADDRESS_SPACE_LIMIT", "2GiB"),
            ("IMAGEUTILS_CONVERT_CPU_LIMIT", "8"),
            ("IMAGEUTILS_CONVERT_ADDRESS_SPACE_LIMIT", "3GiB"),
            ("IMAGEUTILS_CONVERT_TIME_LIMIT", "9"),
            ("IMAGEUTILS_TOOL_TIME_LIMIT", "0"),
            ("IMAGEUTILS_CONVERSION_DISABLED", "yes"),
            ("IMAGEUTILS_VMDK_ALLOWED_TYPES", "monolithicFlat, streamOptimized"),
            ("IMAGEUTILS_ROOT_HELPER", "sudo cinder-rootwrap '/etc/my cinder/rootwrap.conf'"),
            ("IMAGEUTILS_QEMU_IMG_PATH", "/opt/qemu-img"),
            ("IMAGEUTILS_ALLOW_COMPRESSION_ON_UPLOAD", "1"),
            ("IMAGEUTILS_REQUIRE_IMAGE_FORMAT_MATCH", "no"),
            ("IMAGEUTILS_RESERVED_IMAGE_NAMESPACES", "my_,your_"),
            ("IMAGEUTILS_VOLUME_COPY_BYTES_PER_SECOND", "100M"),
            ("IMAGEUTILS_VOLUME_DD_BLOCK_SIZE", "512K"),
            ("IMAGEUTILS_CGROUP_NAME", "slow"),
            ("IMAGEUTILS_VERIFY_SIGNATURES", "disabled"),
            ("IMAGEUTILS_CERTIFICATE_DIRECTORY", Path.Combine(Path.GetTempPath(), "s")),
            ("IMAGEUTILS_TRUSTED_CERTIFICATES", Path.Combine(Path.GetTempPath(), "t.pem")),
            ("IMAGEUTILS_CONVERSION_FORMAT", "VPC"),
            ("IMAGEUTILS_TASK_WORK_DIRECTORY", Path.Combine(Path.GetTempPath(), "w")),
            ("IMAGEUTILS_RETRY_COUNT", "0"),
            ("IMAGEUTILS_ALLOWED_FILE_FOLDERS", Path.Combine(Path.GetTempPath(), "f")),
            ("IMAGEUTILS_VHD_UTIL_PATH", "vhd-util")));
        ImageUtilsOptions options = loaded.Options;
        Assert.Equal(Path.Combine(Path.GetTempPath(), "c"), options.ImageConversionDirectory);
        Assert.Equal(Path.Combine(Path.GetTempPath(), "i"), options.LocalImageDirectory);
        Assert.Equal("host@lvm", options.BackendName);
        Assert.False(options.CompressOnUpload);
        Assert.Equal(TimeSpan.FromSeconds(7), options.ConversionCpuLimit);
        Assert.Equal(2L << 30, options.ConversionAddressSpaceLimit);
        Assert.Equal((TimeSpan.FromSeconds(8), 3L << 30), (options.ConvertCpuLimit, options.ConvertAddressSpaceLimit));
        Assert.Equal((TimeSpan.FromSeconds(9), TimeSpan.Zero), (options.ConvertTimeLimit, options.ToolTimeLimit));
        Assert.True(options.ConversionDisabled);
        Assert.Equal(["monolithicFlat", "streamOptimized"], options.VmdkAllowedTypes);
        Assert.Equal(["sudo", "cinder-rootwrap", "/etc/my cinder/rootwrap.conf"], options.RootHelper);
        Assert.Equal("/opt/qemu-img", options.QemuImgPath);
        Assert.True(options.AllowCompressionOnUpload);
        Assert.False(options.RequireImageFormatMatch);
        Assert.Equal(["my_", "your_"], options.ReservedImageNamespaces);
        Assert.Equal(100L << 20, options.VolumeCopyBytesPerSecond);
        Assert.Equal(512L << 10, options.VolumeDdBlockSize);
        Assert.Equal("slow", options.CgroupName);
        Assert.False(options.VerifySignatures);
        Assert.Equal((Path.Combine(Path.GetTempPath(), "s"), Path.Combine(Path.GetTempPath(), "t.pem")), (options.CertificateDirectory, options.TrustedCertificates));
        Assert.Equal("vhd", options.ConversionFormat);
        Assert.Equal(Path.Combine(Path.GetTempPath(), "w"), options.TaskWorkDirectory);
        Assert.Equal(0, options.RetryCount);
        Assert.Equal([Path.Combine(Path.GetTempPath(), "f")], options.AllowedFileFolders);
        Assert.Equal("vhd-util", options.VhdUtilPath);
        Assert.All(loaded.Sources.Values, source => Assert.Equal(OptionSource.Environment, source));
    }

    [Fact]
    public void An_empty_list_of_vmdk_types_allows_none() =>
        Assert.Empty(OptionsLoader.Load(Environment(("HOME", "/h"), ("IMAGEUTILS_VMDK_ALLOWED_TYPES", ""))).VmdkAllowedTypes);

    [Theory]
    [InlineData("IMAGEUTILS_COMPRESS_ON_UPLOAD", "maybe")]
    [InlineData("IMAGEUTILS_CONVERSION_CPU_LIMIT", "1.5")]
    [InlineData("IMAGEUTILS_CONVERSION_CPU_LIMIT", "0")]
    [InlineData("IMAGEUTILS_CONVERSION_CPU_LIMIT", "1,000")]
    [InlineData("IMAGEUTILS_CONVERSION_ADDRESS_SPACE_LIMIT", "much")]
    [InlineData("IMAGEUTILS_CONVERSION_ADDRESS_SPACE_LIMIT", "0")]
    [InlineData("IMAGEUTILS_CONVERSION_ADDRESS_SPACE_LIMIT", "1")]
    [InlineData("IMAGEUTILS_CONVERSION_ADDRESS_SPACE_LIMIT", "1,5G")]
    [InlineData("IMAGEUTILS_VOLUME_DD_BLOCK_SIZE", "0")]
    [InlineData("IMAGEUTILS_VOLUME_COPY_BYTES_PER_SECOND", "-1")]
    [InlineData("IMAGEUTILS_RETRY_COUNT", "-1")]
    [InlineData("IMAGEUTILS_RETRY_COUNT", "99999999999")]
    [InlineData("IMAGEUTILS_CONVERSION_FORMAT", "zip")]
    [InlineData("IMAGEUTILS_CONVERSION_FORMAT", "qcow")]
    [InlineData("IMAGEUTILS_CGROUP_NAME", "two\nlines")]
    [InlineData("IMAGEUTILS_BACKEND_NAME", "../escape")]
    [InlineData("IMAGEUTILS_ROOT_HELPER", "sudo 'open")]
    [InlineData("IMAGEUTILS_LOCAL_IMAGE_DIRECTORY", "a\0b")]
    public void A_bad_value_names_its_variable(string variable, string value)
    {
        InvalidOptionException e = Assert.Throws<InvalidOptionException>(() => OptionsLoader.Load(Environment(("HOME", "/h"), (variable, value))));
        Assert.Equal(variable, e.Name);
        Assert.Equal(value, e.Value);
        Assert.Contains(variable, e.Message, StringComparison.Ordinal);
    }

    private static Func<string, string?> Environment(params (string Name, string Value)[] variables) =>
        name => variables.FirstOrDefault(variable => string.Equals(variable.Name, name, StringComparison.Ordinal)).Value;
}
