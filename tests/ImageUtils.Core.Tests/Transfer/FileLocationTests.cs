using ImageUtils.Core.Tests.Support;
using ImageUtils.Transfer;

namespace ImageUtils.Core.Tests.Transfer;

/// <summary>Which file:// locations are read: plain files whose bytes are in a folder that is allowed, and nothing else.</summary>
public sealed class FileLocationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLog _log = new();
    private readonly string _store;
    private readonly string _data;

    public FileLocationTests()
    {
        _store = Directory.CreateDirectory(_folder.File("store")).FullName;
        _data = Path.Combine(_store, "an image%");
        File.WriteAllText(_data, "data");
        File.WriteAllText(_folder.File("secret"), "data");
        Directory.CreateDirectory(_folder.File("store-2"));
        File.WriteAllText(_folder.File("store-2/data"), "data");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_plain_file_in_an_allowed_folder_is_found() => Assert.Equal(_data, Find(AddressOf(_data)));

    [Fact]
    public void A_link_that_leads_there_is_followed_to_the_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs the right to make links.");
        File.CreateSymbolicLink(_folder.File("link"), _data);
        Directory.CreateSymbolicLink(_folder.File("allowed"), _store);
        Assert.Equal(_data, Find(AddressOf(_folder.File("link")), _folder.File("allowed")));
    }

    [Fact]
    public void Without_an_allowed_folder_nothing_is_read() => Assert.Null(FileLocation.Find(ImageAt(AddressOf(_data)), [], _log));

    [Theory]
    [InlineData("secret")]
    [InlineData("store/../secret")]
    [InlineData("store-2/data")]
    [InlineData("store")]
    [InlineData("store/missing")]
    public void What_is_elsewhere_a_folder_or_missing_is_not_read(string path) => Assert.Null(Find("file://" + _folder.Path + "/" + path));

    [Theory]
    [InlineData("file://{0}/store/%2e%2e/secret")]
    [InlineData("file://{0}/store/..%2fsecret")]
    [InlineData("file://{0}/store/an%20image%25%00")]
    [InlineData("file://{0}/store/an%20image%25?x")]
    [InlineData("file://server{0}/store/an%20image%25")]
    [InlineData("https://{0}/store/an%20image%25")]
    [InlineData("file:///")]
    [InlineData("file:///\\\\server\\share")]
    public void An_address_that_is_no_plain_path_is_not_read(string address) =>
        Assert.Null(Find(address.Replace("{0}", _folder.Path, StringComparison.Ordinal)));

    [Fact]
    public void A_link_out_of_the_folder_is_not_read()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs the right to make links.");
        File.CreateSymbolicLink(Path.Combine(_store, "out"), _folder.File("secret"));
        Directory.CreateSymbolicLink(Path.Combine(_store, "up"), _folder.Path);
        Assert.Null(Find(AddressOf(Path.Combine(_store, "out"))));
        Assert.Null(Find("file://" + _store + "/up/secret"));
    }

    [Fact]
    public void A_file_of_another_size_is_not_read()
    {
        Assert.Null(FileLocation.Find(ImageAt(AddressOf(_data)) with { Size = 5 }, [_store], _log));
        Assert.Contains(_log.VerboseLines, line => line.Contains("another size", StringComparison.Ordinal));
    }

    private static string AddressOf(string path) => "file://" + path.Replace("%", "%25", StringComparison.Ordinal).Replace(" ", "%20", StringComparison.Ordinal);

    private static ServiceImage ImageAt(string address) => new()
    {
        ImageId = "7ffbc4a2-0f5e-4a3c-8e53-9d6ac1b8e001",
        Status = "active",
        Size = 4,
        Locations = [new ImageLocation("rbd://cluster/pool/image/snap", null), new ImageLocation(address, null)],
    };

    private string? Find(string address, string? folder = null) => FileLocation.Find(ImageAt(address), [folder ?? _store], _log);
}
