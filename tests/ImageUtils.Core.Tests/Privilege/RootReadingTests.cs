using ImageUtils.Configuration;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Privilege;
using ImageUtils.Processes;
using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Privilege;

/// <summary>The two ends of serve-file, without a root helper between them.</summary>
public sealed class RootReadingTests
{
    [Fact]
    public void Pieces_come_as_they_are_asked_for()
    {
        byte[] content = new byte[(3 << 20) + 17];
        new Random(1).NextBytes(content);
        string path = Write(content);
        using MemoryStream answers = Serve(path, (0, 16), (content.Length - 5, 100), (content.Length + 10L, 4), (FileServing.LookAgain, 0));
        ServedFile file = FileServing.Read(answers, path);
        Assert.Equal((content.Length, FileKind.Regular), (file.Length, file.Identity.Kind));
        Assert.Equal(content[..16], Piece(answers));
        Assert.Equal(content[^5..], Piece(answers));
        Assert.Empty(Piece(answers));
        Assert.Equal(file, FileServing.Read(answers, path));
        File.Delete(path);
    }

    [Theory]
    [InlineData(-2, 1)]
    [InlineData(0, -1)]
    [InlineData(0, FileServing.LargestPiece + 1)]
    [InlineData(long.MinValue, int.MaxValue)]
    public void A_question_that_makes_no_sense_ends_the_service(long offset, int count)
    {
        string path = Write([1, 2, 3]);
        using var questions = new MemoryStream();
        Ask(questions, offset, count);
        Ask(questions, 0, 3);
        questions.Position = 0;
        using var answers = new MemoryStream();
        Assert.False(FileServer.Run(path, questions, answers));
        answers.Position = 0;
        FileServing.Read(answers, path);
        Assert.Equal(answers.Length, answers.Position);
        File.Delete(path);
    }

    [Fact]
    public void What_is_not_there_and_what_is_no_file_are_told_apart()
    {
        using MemoryStream missing = Serve(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()));
        Assert.Throws<PathNotFoundException>(() => FileServing.Read(missing, "/x"));
        using MemoryStream folder = Serve(Path.GetTempPath());
        Assert.Contains("directory", Assert.Throws<ImageUnreadableException>(() => FileServing.Read(folder, "/x")).Reason, StringComparison.Ordinal);
        using MemoryStream relative = Serve("relative");
        Assert.Throws<ImageUnreadableException>(() => FileServing.Read(relative, "/x"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sudo: hello, I am a banner, and long enough to be taken for a record of a file that is served")]
    public void Another_program_is_not_taken_for_ours(string said)
    {
        using var words = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(said));
        Assert.ThrowsAny<Exception>(() => FileServing.Read(words, "/x"));
    }

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    public void On_Windows_and_for_root_there_is_no_root_helper(bool isWindows, bool isRoot, bool isUsed)
    {
        var facts = new PlatformFacts { IsWindows = isWindows, IsRoot = isRoot, HasPrlimit = false };
        Assert.Equal(isUsed, new MedallionProcessRunner(SilentLog.Instance, ["sudo", "-n"], facts).UsesRootHelper);
    }

    [Theory]
    [InlineData(@"C:\images\disk.vhdx")]
    [InlineData(@"\\server\share\disk.vhdx")]
    public void On_Windows_paths_go_to_the_program_as_they_are_without_env_or_sudo(string path)
    {
        var facts = new PlatformFacts { IsWindows = true, IsRoot = false, HasPrlimit = true };
        var request = new ProcessRequest { FileName = "qemu-img", Arguments = ["info", path], RunAsRoot = true, ShowLocale = true, Limits = new ProcessLimits(TimeSpan.FromSeconds(1), 1 << 30) };
        ComposedCommand command = CommandLineComposer.Compose(request, ["sudo", "-n"], facts);
        Assert.Equal(["qemu-img", "info", path], command.Words);
        Assert.False(command.IsBehindRootHelper);
        Assert.Contains(CompositionNote.NoRootHelperOnWindows, command.Notes);
    }

    [Fact]
    public void A_program_of_ours_has_no_locale_and_no_limits_in_front()
    {
        var facts = new PlatformFacts { IsWindows = false, IsRoot = false, HasPrlimit = true };
        var request = new ProcessRequest { FileName = "/opt/imageutils/bin/imageutils", Arguments = [FileServing.Verb, "/x"], RunAsRoot = true, PinLocale = false };
        Assert.Equal(["sudo", "-n", "/opt/imageutils/bin/imageutils", "serve-file", "/x"], CommandLineComposer.Compose(request, ["sudo", "-n"], facts).Words);
    }

    [Fact]
    public void What_the_user_may_read_asks_nobody()
    {
        string path = Write([1]);
        var context = new OperationContext
        {
            Options = new ImageUtilsOptions { ImageConversionDirectory = "/x", LocalImageDirectory = "/x" },
            Processes = new MedallionProcessRunner(SilentLog.Instance, ["no-such-helper"], new PlatformFacts { IsWindows = false, IsRoot = false, HasPrlimit = false }),
            Inspector = new ImageInspector(),
        };
        Assert.Null(RootImageReader.OpenWhereNeeded(context, path, runAsRoot: true));
        File.Delete(path);
    }

    private static string Write(byte[] content)
    {
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, content);
        return path;
    }

    private static MemoryStream Serve(string path, params (long Offset, int Count)[] asked)
    {
        using var questions = new MemoryStream();
        foreach ((long offset, int count) in asked)
        {
            Ask(questions, offset, count);
        }

        questions.Position = 0;
        var answers = new MemoryStream();
        FileServer.Run(path, questions, answers);
        answers.Position = 0;
        return answers;
    }

    private static void Ask(MemoryStream questions, long offset, int count)
    {
        questions.Write(BitConverter.GetBytes(offset));
        questions.Write(BitConverter.GetBytes(count));
    }

    private static byte[] Piece(MemoryStream answers)
    {
        byte[] piece = new byte[FileServing.ReadCount(answers)];
        answers.ReadExactly(piece);
        return piece;
    }
}
