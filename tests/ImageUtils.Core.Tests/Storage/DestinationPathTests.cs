using System.Text;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Storage;

public sealed class DestinationPathTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_name_is_the_file_itself() =>
        Assert.Equal(_folder.File("disk.img"), DestinationPath.Resolve(_folder.File("disk.img"), "source.qcow2", DiskFormat.Raw));

    [Theory]
    [InlineData("source.qcow2", "source.raw")]
    [InlineData("source.v1.qcow2", "source.v1.raw")]
    [InlineData("source", "source.raw")]
    [InlineData("/some/where/source.vmdk", "source.raw")]
    [InlineData(".qcow2", ".qcow2.raw")]
    [InlineData("a[b]*.img", "a[b]*.raw")]
    [InlineData("..", "image.raw")]
    [InlineData("", "image.raw")]
    [InlineData("8a7e2d3c-0000-4000-8000-000000000001", "8a7e2d3c-0000-4000-8000-000000000001.raw")]
    public void A_folder_takes_a_file_named_after_the_source(string source, string expected) =>
        Assert.Equal(_folder.File(expected), DestinationPath.Resolve(_folder.Path, source, DiskFormat.Raw));

    [Fact]
    public void A_separator_at_the_end_names_a_folder_that_is_made_when_asked()
    {
        string destination = _folder.File("new") + Path.DirectorySeparatorChar;
        Assert.True(DestinationPath.IsFolder(destination));
        Assert.Equal(_folder.File("new/disk.vhd"), DestinationPath.Resolve(destination, "disk.raw", DiskFormat.Vhd));
        Assert.False(Directory.Exists(destination));
        DestinationPath.EnsureFolder(destination);
        Assert.True(Directory.Exists(destination));
        Assert.False(DestinationPath.IsFolder(_folder.File("other")));
    }

    [Fact]
    public void A_long_name_is_cut_between_characters()
    {
        string name = Path.GetFileName(DestinationPath.Resolve(_folder.Path, new string('é', 127) + "x.img", DiskFormat.Qcow2));
        Assert.True(Encoding.UTF8.GetByteCount(name) <= 255);
        Assert.EndsWith("é.qcow2", name, StringComparison.Ordinal);
    }

    [Fact]
    public void No_name_is_no_destination() =>
        Assert.Throws<DestinationUnwritableException>(() => DestinationPath.Resolve(string.Empty, "a", DiskFormat.Raw));
}
