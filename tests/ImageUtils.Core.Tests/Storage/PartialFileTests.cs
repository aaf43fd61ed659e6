using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Storage;

public sealed class PartialFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_destination_appears_only_with_the_commit()
    {
        string destination = _folder.File("disk.raw");
        await using (PartialFile partial = PartialFile.Create(destination, force: false))
        {
            Assert.False(File.Exists(destination));
            await using (FileStream stream = partial.OpenStream())
            {
                await stream.WriteAsync("hello"u8.ToArray(), TestContext.Current.CancellationToken);
            }

            partial.Commit();
        }

        Assert.Equal("hello", await File.ReadAllTextAsync(destination, TestContext.Current.CancellationToken));
        Assert.Equal(["disk.raw"], _folder.Names());
    }

    [Fact]
    public void Nothing_is_left_without_a_commit()
    {
        using (PartialFile partial = PartialFile.Create(_folder.File("disk.raw"), force: false))
        {
            Assert.Single(_folder.Names());
            Assert.Matches(@"^\.iu-[0-9]+-[0-9a-f]+-[0-9a-f]{8}\.part$", Path.GetFileName(partial.TemporaryPath));
        }

        Assert.Empty(_folder.Names());
    }

    [Fact]
    public void A_folder_that_a_tool_put_in_its_place_goes_too_and_links_in_it_are_not_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right on Windows.");
        Directory.CreateDirectory(_folder.File("precious"));
        File.WriteAllText(_folder.File("precious/file"), "kept");
        using (PartialFile partial = PartialFile.Create(_folder.File("disk.raw"), force: false))
        {
            File.Delete(partial.TemporaryPath);
            Directory.CreateDirectory(Path.Combine(partial.TemporaryPath, "a", "b"));
            File.WriteAllText(Path.Combine(partial.TemporaryPath, "a", "b", "c"), "x");
            Directory.CreateSymbolicLink(Path.Combine(partial.TemporaryPath, "link"), _folder.File("precious"));
        }

        Assert.Equal(["precious"], _folder.Names());
        Assert.True(File.Exists(_folder.File("precious/file")));
    }

    [Fact]
    public void An_existing_destination_is_refused_before_anything_is_made()
    {
        File.WriteAllText(_folder.File("disk.raw"), "old");
        Assert.Throws<DestinationExistsException>(() => PartialFile.Create(_folder.File("disk.raw"), force: false));
        Assert.Equal(["disk.raw"], _folder.Names());
    }

    [Fact]
    public void Force_replaces_the_destination_and_keeps_its_mode()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no modes.");
            return;
        }

        string destination = _folder.File("disk.raw");
        File.WriteAllText(destination, "old");
        File.SetUnixFileMode(destination, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using (PartialFile partial = PartialFile.Create(destination, force: true))
        {
            File.WriteAllText(partial.TemporaryPath, "new");
            Assert.Equal("old", File.ReadAllText(destination));
            partial.Commit();
        }

        Assert.Equal("new", File.ReadAllText(destination));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(destination));
    }

    [Fact]
    public void A_file_that_appears_meanwhile_is_not_overwritten()
    {
        string destination = _folder.File("disk.raw");
        using (PartialFile partial = PartialFile.Create(destination, force: false))
        {
            File.WriteAllText(destination, "somebody else's");
            Assert.Throws<DestinationExistsException>(partial.Commit);
        }

        Assert.Equal("somebody else's", File.ReadAllText(destination));
        Assert.Equal(["disk.raw"], _folder.Names());
    }

    [Fact]
    public void A_dangling_link_counts_as_existing_and_is_replaced_not_followed()
    {
        string destination = _folder.File("disk.raw");
        string elsewhere = _folder.File("elsewhere");
        File.CreateSymbolicLink(destination, elsewhere);
        Assert.Throws<DestinationExistsException>(() => PartialFile.Create(destination, force: false));
        using (PartialFile partial = PartialFile.Create(destination, force: true))
        {
            partial.Commit();
        }

        Assert.False(File.Exists(elsewhere));
        Assert.Null(new FileInfo(destination).LinkTarget);
    }

    [Fact]
    public void A_name_of_255_bytes_works()
    {
        string destination = _folder.File(new string('n', 255));
        using PartialFile partial = PartialFile.Create(destination, force: false);
        partial.Commit();
        Assert.True(File.Exists(destination));
    }

    [Fact]
    public void A_name_that_is_too_long_a_folder_and_a_missing_folder_are_told_apart()
    {
        Assert.Throws<DestinationUnwritableException>(() => PartialFile.Create(_folder.File(new string('ä', 128)), force: false));
        Assert.Throws<DestinationUnwritableException>(() => PartialFile.Create(_folder.Path, force: true));
        PathNotFoundException missing = Assert.Throws<PathNotFoundException>(() => PartialFile.Create(_folder.File("no/disk.raw"), force: false));
        Assert.Equal(_folder.File("no"), missing.Path);
        Assert.Empty(_folder.Names());
    }

    [Fact]
    public void A_device_is_not_replaced_by_a_file()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /dev/null.");
        Assert.Throws<DestinationUnwritableException>(() => PartialFile.Create("/dev/null", force: true));
        Assert.True(File.Exists("/dev/null"));
    }
}
