using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ImageUtils.Errors;

namespace ImageUtils.Privilege;

/// <summary>
/// The privileged end: opens one regular file or block device, only for reading, and hands out pieces of it until its input
/// ends; or makes one file beside a destination, which another program of root writes, and moves it into place when it is
/// told to. It parses nothing of the file, starts nothing, and follows no link that others than root could have made.
/// </summary>
public static class FileServer
{
    /// <summary>Serves one file.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="input">The questions.</param>
    /// <param name="output">The answers.</param>
    /// <returns>True where it served to the end; false where there was nothing to serve, or the questions made no sense.</returns>
    /// <exception cref="IOException">Whoever asked went away.</exception>
    public static bool Run(string path, Stream input, Stream output) => Run(() => OpenedFile.Open(path, hold: false), input, output);

    /// <summary>Serves one block device, and holds it meanwhile so that nobody mounts it: another program writes it.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="input">The questions.</param>
    /// <param name="output">The answers.</param>
    /// <returns>As with <see cref="Run(string, Stream, Stream)"/>.</returns>
    /// <exception cref="IOException">Whoever asked went away.</exception>
    public static bool RunHolding(string path, Stream input, Stream output) => Run(() => OpenedFile.Open(path, hold: true), input, output);

    /// <summary>Makes one file beside its destination, where nothing may be yet, and serves it.</summary>
    /// <param name="path">The full path of the destination.</param>
    /// <param name="input">The questions.</param>
    /// <param name="output">The answers.</param>
    /// <returns>As with <see cref="Run(string, Stream, Stream)"/>.</returns>
    /// <exception cref="IOException">Whoever asked went away; nothing is left.</exception>
    public static bool RunWriting(string path, Stream input, Stream output) => RunStaging(path, replace: false, input, output);

    /// <summary>Makes one file beside its destination, which may be a regular file that it replaces in the end, and serves it.</summary>
    /// <param name="path">The full path of the destination.</param>
    /// <param name="input">The questions.</param>
    /// <param name="output">The answers.</param>
    /// <returns>As with <see cref="Run(string, Stream, Stream)"/>.</returns>
    /// <exception cref="IOException">Whoever asked went away; nothing is left.</exception>
    public static bool RunReplacing(string path, Stream input, Stream output) => RunStaging(path, replace: true, input, output);

    private static bool RunStaging(string path, bool replace, Stream input, Stream output)
    {
        StagedFile? staged = null;

        // Ctrl+C of a terminal comes to every program of the line, and a cancellation sends SIGTERM.
        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            staged?.Dispose();
            Environment.Exit(1);
        }

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        return Run(() => staged = StagedFile.Create(path, replace), input, output);
    }

    private static bool Run(Func<IPrivilegedFile> open, Stream input, Stream output)
    {
        IPrivilegedFile file;
        try
        {
            file = open();
        }
        catch (ImageUtilsException e)
        {
            FileServing.Write(output, e);
            return false;
        }

        using (file)
        {
            file.Greet(output);
            byte[] piece = new byte[FileServing.LargestPiece];
            byte[] question = new byte[FileServing.QuestionLength];
            while (input.ReadAtLeast(question, question.Length, throwOnEndOfStream: false) == question.Length)
            {
                long offset = BinaryPrimitives.ReadInt64LittleEndian(question);
                int count = BinaryPrimitives.ReadInt32LittleEndian(question.AsSpan(8));
                if (offset is FileServing.LookAgain or FileServing.Commit)
                {
                    if (!Say(output, offset == FileServing.Commit ? file.Commit : file.LookAgain))
                    {
                        return false;
                    }
                }
                else if (offset < 0 || count is < 0 or > FileServing.LargestPiece)
                {
                    return false;
                }
                else
                {
                    Answer(file, offset, piece.AsSpan(0, count), output);
                }
            }

            return true;
        }
    }

    private static void Answer(IPrivilegedFile file, long offset, Span<byte> piece, Stream output)
    {
        try
        {
            int count = file.Reader.Read(offset, piece);
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

    private static bool Say(Stream output, Func<ServedFile?> what)
    {
        try
        {
            if (what() is not { } said)
            {
                return false;
            }

            FileServing.Write(output, said);
        }
        catch (ImageUtilsException e)
        {
            FileServing.Write(output, e);
        }

        return true;
    }
}
