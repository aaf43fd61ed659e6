using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Privilege;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Privilege;

/// <summary>The two ends of write-file, without a root helper between them.</summary>
public sealed class RootWritingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Destination => _folder.File("result");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_file_appears_when_it_is_told_to_and_not_before()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The way of Linux.");
        using StagedFile file = StagedFile.Create(Destination, replace: false);
        StagedRoom room = Greeting(file);
        Assert.Single(_folder.Names(), name => name.StartsWith(".iu-", StringComparison.Ordinal));
        File.WriteAllText(room.WritePath, "volume");
        Assert.Equal((6, false), (file.LookAgain().Length, File.Exists(Destination)));
        Assert.Equal(6, file.Commit()!.Length);
        Assert.Equal("volume", File.ReadAllText(Destination));
        file.Dispose();
        Assert.Equal(["result"], _folder.Names());
        Assert.True(room is { FreeBytes: > 0, Existing: null } && room.MountPoint.StartsWith('/'));
    }

    [Fact]
    public void Nothing_is_left_without_the_word()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The way of Linux.");
        foreach (int questions in new[] { 0, 5, FileServing.QuestionLength })
        {
            // The input ends, also within a question; the last one asks for something that makes no sense.
            using var input = new MemoryStream([.. Enumerable.Repeat((byte)0x80, questions)]);
            using var output = new MemoryStream();
            FileServer.RunWriting(Destination, input, output);
            Assert.Empty(_folder.Names());
        }
    }

    [Fact]
    public void Whoever_comes_first_keeps_the_name()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The way of Linux.");
        using (StagedFile file = StagedFile.Create(Destination, replace: false))
        {
            File.WriteAllText(Destination, "first");
            Assert.Throws<DestinationExistsException>(() => file.Commit());
        }

        Assert.Equal("first", File.ReadAllText(Destination));
        Assert.Throws<DestinationExistsException>(() => StagedFile.Create(Destination, replace: false));
        Assert.Equal(["result"], _folder.Names());
    }

    [Fact]
    public void A_file_that_was_taken_away_meanwhile_is_not_moved()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The way of Linux.");
        using (StagedFile file = StagedFile.Create(Destination, replace: true))
        {
            string partial = _folder.File(_folder.Names().Single());
            File.Move(partial, _folder.File("taken"));
            File.WriteAllText(partial, "planted");
            Assert.Throws<DestinationUnwritableException>(() => file.Commit());
        }

        Assert.False(File.Exists(Destination));
    }

    [Fact]
    public void Every_reason_comes_over_as_it_is()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The way of Linux.");
        Directory.CreateDirectory(_folder.File("folder"));
        File.WriteAllText(_folder.File("there"), "x");
        Assert.Throws<PathNotFoundException>(() => Say(_folder.File("none/result"), replace: false));
        Assert.Throws<DestinationUnwritableException>(() => Say(_folder.File("folder"), replace: true));
        Assert.Throws<DestinationUnwritableException>(() => Say("/", replace: true));
        Assert.Throws<DestinationExistsException>(() => Say(_folder.File("there"), replace: false));
        Assert.Throws<DestinationUnwritableException>(() => Say("relative/result", replace: false));
        Assert.Equal(["folder", "there"], _folder.Names());
    }

    private static StagedRoom Greeting(StagedFile file)
    {
        using var words = new MemoryStream();
        file.Greet(words);
        words.Position = 0;
        FileServing.Read(words, "/x");
        return FileServing.ReadRoom(words);
    }

    private static void Say(string path, bool replace)
    {
        using var input = new MemoryStream();
        using var output = new MemoryStream();
        Assert.False(replace ? FileServer.RunReplacing(path, input, output) : FileServer.RunWriting(path, input, output));
        output.Position = 0;
        FileServing.Read(output, path);
    }
}
