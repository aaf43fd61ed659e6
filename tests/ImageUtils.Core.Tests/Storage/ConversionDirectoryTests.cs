using ImageUtils.Configuration;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Storage;

public sealed class ConversionDirectoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_folder_is_made_on_first_use_for_its_owner_only()
    {
        ConversionDirectory conversions = Open("deep/conversion", backend: null);
        Assert.False(Directory.Exists(conversions.FolderPath));
        using TemporaryImageFile file = conversions.CreateForUpload();
        Assert.True(File.Exists(file.Path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(conversions.FolderPath));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.Path));
        }
    }

    [Fact]
    public void Names_begin_with_the_purpose_and_end_with_the_backend()
    {
        ConversionDirectory conversions = Open("c", "host@lvm");
        using TemporaryImageFile download = conversions.CreateForDownload("8a7e2d3c-0000-4000-8000-000000000001");
        using TemporaryImageFile fetch = conversions.CreateForFetch("8a7e2d3c-0000-4000-8000-000000000001");
        using TemporaryImageFile upload = conversions.CreateForUpload();
        Assert.Matches("^image_download_8a7e2d3c-0000-4000-8000-000000000001_[0-9]+-[0-9a-f]+-[0-9a-f]{8}host@lvm$", Path.GetFileName(download.Path));
        Assert.Matches("^image_fetch_8a7e2d3c-0000-4000-8000-000000000001_[0-9]+-[0-9a-f]+-[0-9a-f]{8}host@lvm$", Path.GetFileName(fetch.Path));
        Assert.Matches("^vol_upload_[0-9]+-[0-9a-f]+-[0-9a-f]{8}host@lvm$", Path.GetFileName(upload.Path));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("a/b\\c\0d\ne")]
    [InlineData("")]
    public void A_hostile_id_stays_one_part_of_a_name(string id)
    {
        ConversionDirectory conversions = Open("c", backend: null);
        using TemporaryImageFile file = conversions.CreateForDownload(id);
        Assert.Equal(conversions.FolderPath, Path.GetDirectoryName(file.Path));
    }

    [Fact]
    public void A_long_id_with_a_long_backend_still_makes_a_name()
    {
        ConversionDirectory conversions = Open("c", new string('b', 120));
        using TemporaryImageFile file = conversions.CreateForDownload(new string('i', 5000));
        Assert.True(File.Exists(file.Path));
    }

    [Fact]
    public void The_file_is_gone_after_use_also_when_somebody_else_removed_it()
    {
        ConversionDirectory conversions = Open("c", backend: null);
        TemporaryImageFile file = conversions.CreateForUpload();
        file.Dispose();
        Assert.Empty(Directory.GetFiles(conversions.FolderPath));
        TemporaryImageFile other = conversions.CreateForUpload();
        Directory.Delete(conversions.FolderPath, recursive: true);
        other.Dispose();
        Assert.Equal(0, other.Length);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_a_typed_error()
    {
        File.WriteAllText(_folder.File("file"), string.Empty);
        Assert.Throws<DestinationUnwritableException>(() => Open("file/conversion", backend: null).CreateForUpload());
    }

    private ConversionDirectory Open(string name, string? backend) => new(new ImageUtilsOptions
    {
        ImageConversionDirectory = _folder.File(name),
        LocalImageDirectory = _folder.File("images"),
        BackendName = backend,
    });
}
