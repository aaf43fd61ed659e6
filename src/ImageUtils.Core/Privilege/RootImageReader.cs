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

    private RootImageReader(string path, IProcessDialogue dialogue, ServedFile file, StagedRoom? room)
    {
        Name = path;
        _dialogue = dialogue;
        File = file;
        Room = room;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public long Length => File.Length;

    /// <inheritdoc/>
    public long BytesRead { get; private set; }

    /// <summary>What the file was when it was opened, or was written (<see cref="Refresh"/>).</summary>
    public ServedFile File { get; private set; }

    /// <summary>Where a new file is written; null for one that is only read.</summary>
    public StagedRoom? Room { get; }

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

    /// <summary>Has a file made in a folder that only root may write, beside its destination.</summary>
    /// <param name="context">The ports.</param>
    /// <param name="path">The full path of the destination.</param>
    /// <param name="force">Whether a regular file that is there is replaced.</param>
    /// <returns>The file that is to be written; it is gone when it is disposed of before <see cref="Commit"/>.</returns>
    /// <exception cref="PathNotFoundException">There is no such folder.</exception>
    /// <exception cref="DestinationExistsException">The destination is there, and is not to be replaced.</exception>
    /// <exception cref="DestinationUnwritableException">Root cannot make it either.</exception>
    /// <exception cref="NoSpaceException">The file system is full.</exception>
    /// <exception cref="RootHelperUnavailableException">The root helper, or the program behind it, cannot be used.</exception>
    public static RootImageReader Create(OperationContext context, string path, bool force)
    {
        context.Log.Verbose($"The folder of '{path}' may not be written by this user; the file is written through the root helper.");
        try
        {
            return Open(context, path, force ? FileServing.ReplaceVerb : FileServing.WriteVerb);
        }
        catch (PathNotFoundException e)
        {
            throw new PathNotFoundException(Path.GetDirectoryName(path) ?? path, e);
        }
    }

    /// <summary>Sees what was written meanwhile.</summary>
    public void Refresh() => File = LookAgain();

    /// <summary>Has what was written flushed and moved to its destination in one step.</summary>
    /// <exception cref="DestinationExistsException">Somebody made the destination meanwhile, and it is not to be replaced.</exception>
    /// <exception cref="DestinationUnwritableException">The system refuses.</exception>
    /// <exception cref="NoSpaceException">The data did not fit.</exception>
    public void Commit() => File = Ask(FileServing.Commit, 0, output => FileServing.Read(output, Name));

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
        bool isNew = verb is FileServing.WriteVerb or FileServing.ReplaceVerb;
        var request = new ProcessRequest
        {
            FileName = PrivilegedProgram.Find(context.Processes, context.Options.RootHelper),
            Arguments = [verb, isNew ? Path.Combine(RealPath.Of(Path.GetDirectoryName(path) ?? path), Path.GetFileName(path)) : RealPath.Of(path)],
            RunAsRoot = true,
            PinLocale = false,
        };
        IProcessDialogue dialogue = context.Processes.Begin(request);
        try
        {
            (ServedFile file, StagedRoom? room) = Greet(context, dialogue, verb, output => (FileServing.Read(output, path), isNew ? FileServing.ReadRoom(output) : null));
            return new RootImageReader(path, dialogue, file, room);
        }
        catch
        {
            dialogue.Dispose();
            throw;
        }
    }

    private static T Greet<T>(OperationContext context, IProcessDialogue dialogue, string verb, Func<Stream, T> hear)
    {
        string helper = string.Join(' ', context.Options.RootHelper);
        try
        {
            Task<T> greeting = Task.Run(() => hear(dialogue.Output));
            return Task.WhenAny(greeting, Task.Delay(Patience)).GetAwaiter().GetResult() == greeting
                ? greeting.GetAwaiter().GetResult()
                : throw new RootHelperUnavailableException(helper, FormattableString.Invariant($"It did not answer within {Patience.TotalSeconds:0} seconds."));
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw Explain(dialogue, helper, verb, e);
        }
    }

    private static RootHelperUnavailableException Explain(IProcessDialogue dialogue, string helper, string verb, Exception e)
    {
        try
        {
            ProcessResult end = dialogue.End();
            string said = end.StandardError.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? e.Message;
            return new RootHelperUnavailableException(helper, FormattableString.Invariant($"'{PrivilegedProgram.Name} {verb}' ended with {end.ExitCode}: {said}"), e);
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
