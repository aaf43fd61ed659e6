using System.Diagnostics;
using System.Net.Sockets;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Storage;

public class FileImageReaderTests
{
    [Fact]
    public void A_file_is_read_at_any_place_and_its_bytes_are_counted()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a"), [1, 2, 3, 4, 5]);
        using FileImageReader reader = FileImageReader.Open(folder.File("a"));
        byte[] buffer = new byte[4];
        Assert.Equal(5, reader.Length);
        Assert.Equal(2, reader.Read(3, buffer));
        Assert.Equal([4, 5], buffer[..2]);
        Assert.Equal(0, reader.Read(99, buffer));
        Assert.Equal(2, reader.BytesRead);
        Assert.Equal(FileIdentity.TryOf(folder.File("a"))!.Inode, reader.Identity!.Inode);
    }

    [Fact]
    public void A_missing_file_a_dangling_link_and_an_empty_name_are_not_found()
    {
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder.File("dangling"), "nowhere");
        Assert.Throws<PathNotFoundException>(() => FileImageReader.Open(folder.File("missing")));
        Assert.Throws<PathNotFoundException>(() => FileImageReader.Open(folder.File("dangling")));
        Assert.Throws<PathNotFoundException>(() => FileImageReader.Open(string.Empty));
        Assert.Throws<PathNotFoundException>(() => FileImageReader.Open("a\0b"));
    }

    [Fact]
    public void A_link_to_a_file_is_followed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a"), [1]);
        File.CreateSymbolicLink(folder.File("link"), folder.File("a"));
        using FileImageReader reader = FileImageReader.Open(folder.File("link"));
        Assert.Equal(1, reader.Length);
    }

    [Fact]
    public void What_is_no_file_is_refused_by_its_name()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The kinds of files are told apart on Linux.");
        using var folder = new TemporaryFolder();
        Make("mkfifo", folder.File("pipe"));
        File.CreateSymbolicLink(folder.File("loop"), folder.File("loop"));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(folder.File("socket")));

        Refused(folder.File("pipe"), "pipe");
        Refused(folder.File("socket"), "socket");
        Refused(folder.File("loop"), "loop");
        Refused(folder.Path, "directory");
        Refused("/dev/null", "character device");
        Refused("/dev/zero", "character device");
        Refused("/proc/version", "no length");
        Refused("/proc/sys/kernel/osrelease", "makes up");
    }

    [Fact]
    public void Holes_are_not_counted_as_space()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The space of a file is exact on Linux.");
        using var folder = new TemporaryFolder();
        using (FileStream file = File.Create(folder.File("sparse")))
        {
            file.SetLength(64 << 20);
        }

        Assert.InRange(AllocatedSize.Of(folder.File("sparse")), 0, 1 << 20);
        Assert.Equal(0, AllocatedSize.Of(folder.File("missing")));
    }

    [Fact]
    public void A_slice_keeps_to_its_part()
    {
        using var whole = new MemoryImageReader(new byte[] { 1, 2, 3, 4 });
        using var slice = new SliceImageReader(whole, 1, 2, "part");
        byte[] buffer = new byte[4];
        Assert.Equal(2, slice.Read(0, buffer));
        Assert.Equal([2, 3], buffer[..2]);
        Assert.Equal(0, slice.Read(2, buffer));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SliceImageReader(whole, 3, 2, "part"));
    }

    private static void Refused(string path, string words)
    {
        var exception = Assert.Throws<ImageUnreadableException>(() => FileImageReader.Open(path));
        Assert.Contains(words, exception.Reason, StringComparison.Ordinal);
    }

    private static void Make(string program, string path)
    {
        using Process process = Process.Start(program, [path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
