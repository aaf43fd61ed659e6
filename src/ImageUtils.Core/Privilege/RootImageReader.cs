using System.Buffers.Binary;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Processes;
using ImageUtils.Storage;

namespace ImageUtils.Privilege;

/// <summary>
/// Reads a file that only root may read, through <c>imageutils serve-file</c> behind the root helper. Nothing but the reading
/// is done as root: every rule and every parser works here, on the same bytes.
/// </summary>
internal sealed class RootImageReader : IImageReader
{
    /// <summary>A root helper that asks somebody for a password never answers.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly IProcessDialogue _dialogue;
    private readonly Lock _gate = new();

    private RootImageReader(string path, IProcessDialogue dialogue, ServedFile file)
    {
        Name = path;
        _dialogue = dialogue;
        File = file;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public long Length => File.Length;

    /// <inheritdoc/>
    public long BytesRead { get; private set; }

    /// <summary>What the file was when it was opened.</summary>
    public ServedFile File { get; }

    /// <summary>Opens a file through the root helper where that is asked for, and needed.</summary>
    /// <param name="context">The ports.</param>
    /// <param name="path">The full path.</param>
    /// <param name="runAsRoot">Whether the root helper may be used.</param>
    /// <returns>The reader; null: the user may read it, is root, or did not ask; what is wrong with it then shows where it is opened.</returns>
    /// <exception cref="PathNotFoundException">Root found no such file.</exception>
    /// <exception cref="ImageUnreadableException">Root cannot read it either, or it is no file and no block device.</exception>
    /// <exception cref="RootHelperUnavailableException">The root helper, or the program behind it, cannot be used.</exception>
    public static RootImageReader? OpenWhereNeeded(OperationContext context, string path, bool runAsRoot)
    {
        if (!runAsRoot || !context.Processes.UsesRootHelper || !IsDenied(path))
        {
            return null;
        }

        context.Log.Verbose($"'{path}' may not be read by this user; it is read through the root helper.");
        return Open(context, path, FileServing.Verb);
    }

    /// <summary>Takes a block device that only root may write, through the root helper.</summary>
    /// <param name="context">The ports.</param>
    /// <param name="path">The full path.</param>
    /// <param name="hold">True: for one user alone, until the reader is disposed of.</param>
    /// <returns>The reader.</returns>
    /// <exception cref="DeviceBusyException">Somebody else holds it.</exception>
    /// <exception cref="ImageUnreadableException">Root cannot open it either.</exception>
    /// <exception cref="RootHelperUnavailableException">The root helper, or the program behind it, cannot be used.</exception>
    public static RootImageReader OpenDevice(OperationContext context, string path, bool hold)
    {
        context.Log.Verbose($"'{path}' may not be written by this user; it is written through the root helper.");
        return Open(context, path, hold ? FileServing.DeviceVerb : FileServing.Verb);
    }

    /// <summary>Looks again at what stands at the path.</summary>
    /// <returns>What is there now.</returns>
    /// <exception cref="PathNotFoundException">Nothing.</exception>
    /// <exception cref="ImageUnreadableException">Nothing that can be read.</exception>
    public ServedFile LookAgain() => Ask(FileServing.LookAgain, 0, output => FileServing.Read(output, Name));

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> buffer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        int done = 0;
        while (done < buffer.Length && offset < Length - done)
        {
            int wanted = (int)Math.Min(Math.Min(buffer.Length - done, FileServing.LargestPiece), Length - offset - done);
            byte[] piece = Ask(offset + done, wanted, output => ReadPiece(output, wanted));
            if (piece.Length == 0)
            {
                break;
            }

            piece.CopyTo(buffer[done..]);
            done += piece.Length;
        }

        BytesRead += done;
        return done;
    }

    /// <inheritdoc/>
    public void Dispose() => _dialogue.Dispose();

    private static bool IsDenied(string path)
    {
        try
        {
            FileImageReader.Open(path).Dispose();
            return false;
        }
        catch (ImageUnreadableException e)
        {
            return e.IsAccessDenied;
        }
        catch (PathNotFoundException)
        {
            return false;
        }
    }

    private static RootImageReader Open(OperationContext context, string path, string verb)
    {
        var request = new ProcessRequest
        {
            FileName = PrivilegedProgram.Find(context.Processes, context.Options.RootHelper),
            Arguments = [verb, path],
            RunAsRoot = true,
            PinLocale = false,
        };
        IProcessDialogue dialogue = context.Processes.Begin(request);
        try
        {
            return new RootImageReader(path, dialogue, Greet(context, dialogue, path));
        }
        catch
        {
            dialogue.Dispose();
            throw;
        }
    }

    private static ServedFile Greet(OperationContext context, IProcessDialogue dialogue, string path)
    {
        string helper = string.Join(' ', context.Options.RootHelper);
        try
        {
            Task<ServedFile> greeting = Task.Run(() => FileServing.Read(dialogue.Output, path));
            return Task.WhenAny(greeting, Task.Delay(Patience)).GetAwaiter().GetResult() == greeting
                ? greeting.GetAwaiter().GetResult()
                : throw new RootHelperUnavailableException(helper, FormattableString.Invariant($"It did not answer within {Patience.TotalSeconds:0} seconds."));
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw Explain(dialogue, helper, e);
        }
    }

    private static RootHelperUnavailableException Explain(IProcessDialogue dialogue, string helper, Exception e)
    {
        try
        {
            ProcessResult end = dialogue.End();
            string said = end.StandardError.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? e.Message;
            return new RootHelperUnavailableException(helper, FormattableString.Invariant($"'{PrivilegedProgram.Name} {FileServing.Verb}' ended with {end.ExitCode}: {said}"), e);
        }
        catch (ToolNotFoundException missing)
        {
            return new RootHelperUnavailableException(helper, missing.Message, missing);
        }
    }

    private byte[] ReadPiece(Stream output, int wanted)
    {
        int count = FileServing.ReadCount(output);
        if (count < 0)
        {
            throw new ImageUnreadableException(Name, FileServing.ReadText(output));
        }

        if (count > wanted)
        {
            throw new InvalidDataException("The answer is longer than the question.");
        }

        byte[] piece = new byte[count];
        output.ReadExactly(piece);
        return piece;
    }

    private T Ask<T>(long offset, int count, Func<Stream, T> hear)
    {
        Span<byte> question = stackalloc byte[FileServing.QuestionLength];
        BinaryPrimitives.WriteInt64LittleEndian(question, offset);
        BinaryPrimitives.WriteInt32LittleEndian(question[8..], count);
        try
        {
            // A question and its answer belong together.
            lock (_gate)
            {
                _dialogue.Input.Write(question);
                _dialogue.Input.Flush();
                return hear(_dialogue.Output);
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException)
        {
            throw new ImageUnreadableException(Name, $"the program behind the root helper does not answer any more: {e.Message}", e);
        }
    }
}
