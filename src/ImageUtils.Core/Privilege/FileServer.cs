using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ImageUtils.Errors;
using ImageUtils.Storage;
using ImageUtils.Storage.Linux;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Privilege;

/// <summary>
/// The privileged end: opens one regular file or block device, only for reading, and hands out pieces of it until its input
/// ends. It parses nothing of the file, starts nothing, writes nothing, and follows no other name.
/// </summary>
public static class FileServer
{
    /// <summary>Serves one file.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="input">The questions.</param>
    /// <param name="output">The answers.</param>
    /// <returns>True where it served to the end; false where there was nothing to serve, or the questions made no sense.</returns>
    /// <exception cref="IOException">Whoever asked went away.</exception>
    public static bool Run(string path, Stream input, Stream output) => Run(path, hold: false, input, output);

    /// <summary>Serves one block device, and holds it meanwhile so that nobody mounts it: another program writes it.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="input">The questions.</param>
    /// <param name="output">The answers.</param>
    /// <returns>As with <see cref="Run(string, Stream, Stream)"/>.</returns>
    /// <exception cref="IOException">Whoever asked went away.</exception>
    public static bool RunHolding(string path, Stream input, Stream output) => Run(path, hold: true, input, output);

    private static bool Run(string path, bool hold, Stream input, Stream output)
    {
        FileImageReader reader;
        SafeFileHandle? held = null;
        try
        {
            reader = Open(path);
            try
            {
                held = hold ? Hold(path, reader) : null;
            }
            catch
            {
                reader.Dispose();
                throw;
            }
        }
        catch (ImageUtilsException e)
        {
            FileServing.Write(output, e);
            return false;
        }

        using (held)
        using (reader)
        {
            FileServing.Write(output, Describe(reader, path) with { IsDirect = hold && DeviceOpening.CanWriteDirectly(path) });
            byte[] piece = new byte[FileServing.LargestPiece];
            byte[] question = new byte[FileServing.QuestionLength];
            while (input.ReadAtLeast(question, question.Length, throwOnEndOfStream: false) == question.Length)
            {
                long offset = BinaryPrimitives.ReadInt64LittleEndian(question);
                int count = BinaryPrimitives.ReadInt32LittleEndian(question.AsSpan(8));
                if (offset == FileServing.LookAgain)
                {
                    LookAgain(path, output);
                }
                else if (offset < 0 || count is < 0 or > FileServing.LargestPiece)
                {
                    return false;
                }
                else
                {
                    Answer(reader, offset, piece.AsSpan(0, count), output);
                }
            }

            return true;
        }
    }

    private static FileImageReader Open(string path) => Path.IsPathFullyQualified(path)
        ? FileImageReader.Open(path)
        : throw new ImageUnreadableException(path, "it is no full path.");

    private static SafeFileHandle Hold(string path, FileImageReader reader)
    {
        if (reader.Identity is not { Kind: FileKind.BlockDevice })
        {
            throw new ImageUnreadableException(path, "it is no block device.");
        }

        return DeviceOpening.TryOpen(path, alone: true, out int error) ?? throw (error == DeviceOpening.Busy
            ? FileServing.DeviceBusy(path)
            : new ImageUnreadableException(path, Marshal.GetPInvokeErrorMessage(error) + "."));
    }

    private static void Answer(FileImageReader reader, long offset, Span<byte> piece, Stream output)
    {
        try
        {
            int count = reader.Read(offset, piece);
            FileServing.WriteCount(output, count);
            output.Write(piece[..count]);
            output.Flush();
        }
        catch (ImageUnreadableException e)
        {
            FileServing.WriteCount(output, -1);
            FileServing.WriteText(output, e.Reason);
        }
    }

    private static void LookAgain(string path, Stream output)
    {
        try
        {
            using FileImageReader now = FileImageReader.Open(path);
            FileServing.Write(output, Describe(now, path));
        }
        catch (ImageUtilsException e)
        {
            FileServing.Write(output, e);
        }
    }

    private static ServedFile Describe(FileImageReader reader, string path) =>
        new(reader.Length, reader.Identity ?? new FileIdentity(0, 0, FileKind.Regular, 0), new FileInfo(RealPath.Of(path)).LastWriteTimeUtc);
}
