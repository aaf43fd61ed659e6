using System.Globalization;
using System.Text;
using ImageUtils.Configuration;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;

namespace ImageUtils.Core.Tests.Configuration;

public sealed class CinderConfImportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLog _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_option_that_cinder_has_is_taken_in_cinders_units()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Paths of Unix.");
        ImageUtilsOptions options = Import(
            """
            # a comment
            ; another
            [DEFAULT]
            state_path = /srv/cinder
            image_conversion_dir = $state_path/conversion
            image_compress_on_upload: False
            image_conversion_cpu_limit=120
            image_conversion_address_space_limit = 4
            image_conversion_disable = On
            vmdk_allowed_types = streamOptimized,
              monolithicSparse
            reserved_image_namespaces = "os_glance, my_"
            allow_compression_on_image_upload = 1
            volume_copy_bps_limit = 1048576
            volume_dd_blocksize = 4M
            volume_copy_blkio_cgroup_name = 'copies'
            verify_glance_signatures = disabled
            rootwrap_config = /etc/cinder/rootwrap.conf
            glance_num_retries = 5

            [image_format]
            require_image_format_match = false
            [taskflow_executor]
            conversion_format = qcow2
            [task]
            work_dir = ${DEFAULT.state_path}/tasks
            """);
        Assert.Equal("/srv/cinder/conversion", options.ImageConversionDirectory);
        Assert.False(options.CompressOnUpload);
        Assert.Equal(TimeSpan.FromMinutes(2), options.ConversionCpuLimit);
        Assert.Equal(4L << 30, options.ConversionAddressSpaceLimit);
        Assert.True(options.ConversionDisabled);
        Assert.Equal(["streamOptimized", "monolithicSparse"], options.VmdkAllowedTypes);
        Assert.Equal(["os_glance", "my_"], options.ReservedImageNamespaces);
        Assert.True(options.AllowCompressionOnUpload);
        Assert.False(options.RequireImageFormatMatch);
        Assert.Equal(1 << 20, options.VolumeCopyBytesPerSecond);
        Assert.Equal(4 << 20, options.VolumeDdBlockSize);
        Assert.Equal("copies", options.CgroupName);
        Assert.False(options.VerifySignatures);
        Assert.Equal(["sudo", "cinder-rootwrap", "/etc/cinder/rootwrap.conf"], options.RootHelper);
        Assert.Equal(5, options.RetryCount);
        Assert.Equal("qcow2", options.ConversionFormat);
        Assert.Equal("/srv/cinder/tasks", options.TaskWorkDirectory);
    }

    [Theory]
    [InlineData("[DEFAULT]\nimage_conversion_dir=$state_path/x", "/var/lib/cinder/x")]
    [InlineData("[DEFAULT]\nimage_conversion_dir=${state_path}x", "/var/lib/cinderx")]
    [InlineData("[DEFAULT]\npybasedir=/old\nimage_conversion_dir=$state_path/x", "/old/x")]
    [InlineData("[DEFAULT]\nstate_path=$a\na=${b}c\nb=/b\nimage_conversion_dir=$state_path/$state_path", "/bc/bc")]
    [InlineData("[DEFAULT]\nimage_conversion_dir=/a$$b\\$c\\d", "/a$b$c\\d")]
    [InlineData("[DEFAULT]\nimage_conversion_dir=/first\nimage_conversion_dir=/last", "/last")]
    [InlineData("[DEFAULT]\nimage_conversion_dir=/a # b", "/a # b")]
    [InlineData("[DEFAULT]\r\nimage_conversion_dir = /dos\r\n", "/dos")]
    public void Names_in_values_are_put_in(string text, string folder)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Paths of Unix.");
        Assert.Equal(folder, Import(text).ImageConversionDirectory);
    }

    [Theory]
    [InlineData("[DEFAULT]\nenabled_backends=lvm\nvolume_copy_bps_limit=1\n[backend_defaults]\nvolume_copy_bps_limit=2\n[lvm]\nvolume_copy_bps_limit=3", 3)]
    [InlineData("[DEFAULT]\nenabled_backends=lvm,nfs\nvolume_copy_bps_limit=1\n[backend_defaults]\nvolume_copy_bps_limit=2\n[lvm]\nvolume_copy_bps_limit=3", 2)]
    [InlineData("[DEFAULT]\nvolume_copy_bps_limit=1\n[lvm]\nvolume_copy_bps_limit=3", 1)]
    [InlineData("[BACKEND_DEFAULTS]\nvolume_copy_bps_limit=2", 2)]
    public void The_section_of_the_only_backend_comes_first(string text, long limit) => Assert.Equal(limit, Import(text).VolumeCopyBytesPerSecond);

    [Theory]
    [InlineData("[glance]\nnum_retries=6", 6)]
    [InlineData("[glance]\nglance_num_retries=7", 7)]
    [InlineData("[glance]\nnum_retries=6\n[DEFAULT]\nglance_num_retries=8", 8)]
    public void Other_names_of_an_option_count_where_todays_is_not_there(string text, int retries) => Assert.Equal(retries, Import(text).RetryCount);

    [Theory]
    [InlineData("[image_conversion]\noutput_format=vmdk", "vmdk")]
    [InlineData("[DEFAULT]\nconversion_format=raw", "raw")]
    [InlineData("[DEFAULT]\nconversion_format=", null)]
    public void The_format_of_conversions_has_several_homes(string text, string? format) => Assert.Equal(format, Import(text).ConversionFormat);

    [Theory]
    [InlineData("root_helper=sudo", "sudo")]
    [InlineData("root_helper=doas -u root\nrootwrap_config=/r", "doas -u root")]
    [InlineData("root_helper=sudo\nrootwrap_config=/r", "sudo cinder-rootwrap /r")]
    public void The_root_helper_is_what_cinder_would_run(string text, string words)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Paths of Unix.");
        Assert.Equal(words, string.Join(' ', Import("[DEFAULT]\n" + text).RootHelper));
    }

    [Fact]
    public void A_relative_rootwrap_file_is_one_beside_the_configuration() =>
        Assert.Equal(["sudo", "cinder-rootwrap", _folder.File("rootwrap.conf")], Import("[DEFAULT]\nrootwrap_config = rootwrap.conf").RootHelper);

    [Fact]
    public void An_empty_list_allows_nothing_and_other_empty_values_set_nothing()
    {
        ImageUtilsOptions options = Import("[DEFAULT]\nvmdk_allowed_types =\nimage_conversion_dir =\nglance_num_retries = ''");
        Assert.Empty(options.VmdkAllowedTypes);
        Assert.Equal("/c", options.ImageConversionDirectory);
        Assert.Equal(3, options.RetryCount);
    }

    [Fact]
    public void What_is_not_known_is_told_by_name_and_never_by_value()
    {
        Import("[DEFAULT]\ntransport_url = rabbit://u:topsecret@h\nglance_num_retries=1\n[database]\nconnection = mysql://topsecret");
        string line = Assert.Single(_log.VerboseLines);
        Assert.Contains("[DEFAULT] transport_url, [database] connection", line, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", line, StringComparison.Ordinal);
        Assert.DoesNotContain("glance_num_retries", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[DEFAULT]\n\nimage_conversion_disable = maybe", 3)]
    [InlineData("[DEFAULT]\nimage_conversion_cpu_limit = 1.5", 2)]
    [InlineData("[DEFAULT]\nimage_conversion_cpu_limit = 0", 2)]
    [InlineData("[DEFAULT]\nimage_conversion_address_space_limit = 1GiB", 2)]
    [InlineData("[DEFAULT]\nimage_conversion_address_space_limit = 9999999999", 2)]
    [InlineData("[DEFAULT]\nimage_conversion_dir = relative", 2)]
    [InlineData("[DEFAULT]\nglance_num_retries = -1", 2)]
    [InlineData("[DEFAULT]\nvolume_dd_blocksize = one", 2)]
    [InlineData("[DEFAULT]\n#\nroot_helper = sudo 'x", 3)]
    [InlineData("[DEFAULT]\nvmdk_allowed_types = a\n  b,c", 2)]
    public void A_bad_value_names_file_and_line(string text, int line)
    {
        InvalidOptionException e = Assert.Throws<InvalidOptionException>(() => Import(text));
        Assert.Equal(line, e.Line);
        Assert.Equal(_folder.File("cinder.conf"), e.Path);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"line {line}"), e.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.File("cinder.conf"), e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a = b", 1)]
    [InlineData("[DEFAULT\na=b", 1)]
    [InlineData("[]\na=b", 1)]
    [InlineData("[DEFAULT]\nsecretword", 2)]
    [InlineData("[DEFAULT]\n= secretword", 2)]
    [InlineData("[DEFAULT]\n\n  secretword", 3)]
    [InlineData("[DEFAULT]\nimage_conversion_dir=$image_conversion_dir", 2)]
    [InlineData("[DEFAULT]\nimage_conversion_dir=$a\na=$b\nb=$c\nc=$a", 2)]
    [InlineData("[DEFAULT]\nstate_path=$state_path/x\nimage_conversion_dir=$state_path", 3)]
    [InlineData("[DEFAULT]\nimage_conversion_dir=/$nothing", 2)]
    [InlineData("[DEFAULT]\nimage_conversion_dir=/$", 2)]
    [InlineData("[DEFAULT]\nimage_conversion_dir=/${open", 2)]
    [InlineData("[DEFAULT]\nimage_conversion_dir=/${}", 2)]
    public void A_malformed_file_names_the_line_and_quotes_nothing(string text, int line)
    {
        InvalidOptionFileException e = Assert.Throws<InvalidOptionFileException>(() => Import(text));
        Assert.Equal(line, e.Line);
        Assert.Equal(_folder.File("cinder.conf"), e.Path);
        Assert.DoesNotContain("secretword", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_stand_for_very_much_text_are_refused()
    {
        var text = new StringBuilder("[DEFAULT]\nimage_conversion_dir=/$a0\n");
        for (int i = 0; i < 40; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"a{i}=$a{i + 1}$a{i + 1}\n");
        }

        Assert.Throws<InvalidOptionFileException>(() => Import(text + "a40=\n"));
        Assert.Throws<InvalidOptionFileException>(() => Import(text + "a40=x\n"));
    }

    [Fact]
    public void A_long_chain_of_names_does_not_use_up_the_stack()
    {
        var text = new StringBuilder("[DEFAULT]\nimage_conversion_dir=$a0\n");
        for (int i = 0; i < 20000; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"a{i}=$a{i + 1}\n");
        }

        Assert.Throws<InvalidOptionFileException>(() => Import(text.ToString()));
    }

    [Fact]
    public void A_file_that_is_too_long_not_there_or_no_text_is_told()
    {
        Assert.Throws<PathNotFoundException>(() => CinderConfImport.Read(_folder.File("nothing.conf"), _log));
        Assert.Throws<InvalidOptionFileException>(() => Import("[DEFAULT]\n" + new string('#', 1 << 20)));
        Assert.Throws<InvalidOptionFileException>(() => CinderConfImport.Read(_folder.Path, _log));
        File.WriteAllBytes(_folder.File("bytes.conf"), [0x5B, 0xC3, 0x28]);
        Assert.Throws<InvalidOptionFileException>(() => CinderConfImport.Read(_folder.File("bytes.conf"), _log));
    }

    [Fact]
    public void No_bytes_make_the_import_fail_in_another_way()
    {
        var random = new Random(20240607);
        string[] pieces = ["[", "]", "DEFAULT", "\n", " ", "=", ":", "$", "{", "}", "state_path", "image_conversion_dir", "\"", "'", "\\", "#", ",", "0", "\0", "ü", "[DEFAULT]\n", "volume_dd_blocksize"];
        int imported = 0;
        for (int round = 0; round < 3000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => pieces[random.Next(pieces.Length)]));
            try
            {
                Import("[DEFAULT]\n" + text);
                imported++;
            }
            catch (ImageUtilsException)
            {
                // Refused, and by a type that says why.
            }
        }

        Assert.InRange(imported, 1, 2999);
    }

    private ImageUtilsOptions Import(string text)
    {
        string path = _folder.File("cinder.conf");
        File.WriteAllText(path, text);
        OptionSet imported = CinderConfImport.Read(path, _log);
        return OptionDefinitions.All.Aggregate(
            new ImageUtilsOptions { ImageConversionDirectory = "/c", LocalImageDirectory = "/i" },
            (options, definition) => imported[definition] is { } value ? definition.With(options, value) : options);
    }
}
