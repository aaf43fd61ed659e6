using System.Globalization;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Processes;
using ImageUtils.Storage;

namespace ImageUtils.Privilege;

/// <summary>
/// Makes a volume the user's own for the while of its upload, as cinder does (temporary_chown), where the root helper lets
/// nobody read it as root. A record on the disk says so before, and the owner is put back afterwards: by us, or by the next
/// operation where we were killed. What meanwhile took the file's place is never given away.
/// </summary>
internal sealed class TemporaryOwnership : IAsyncDisposable
{
    private const string Tool = "chown";

    /// <summary>A root helper that asks somebody for a password never answers.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly OperationContext _context;
    private readonly OwnershipRecord _record;
    private readonly string _file;

    private TemporaryOwnership(OperationContext context, OwnershipRecord record, string file)
    {
        _context = context;
        _record = record;
        _file = file;
    }

    /// <summary>Sees to it that a volume can be read: by the user, through the root helper, or by a change of its owner.</summary>
    /// <param name="context">The ports.</param>
    /// <param name="path">The full path of the volume.</param>
    /// <param name="runAsRoot">Whether the root helper may be used.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What is to be put back; null: nothing was changed.</returns>
    /// <exception cref="PathNotFoundException">The volume is not there.</exception>
    /// <exception cref="ImageUnreadableException">It cannot be read.</exception>
    /// <exception cref="RootHelperUnavailableException">Root is needed, and the root helper allows neither way.</exception>
    public static async Task<TemporaryOwnership?> TakeWhereNeededAsync(OperationContext context, string path, bool runAsRoot, CancellationToken cancellationToken)
    {
        await UndoLeftAsync(context, cancellationToken).ConfigureAwait(false);
        RootHelperUnavailableException unavailable;
        try
        {
            using RootImageReader? reader = RootImageReader.OpenWhereNeeded(context, path, runAsRoot);
            if (reader is null)
            {
                FileImageReader.Open(path).Dispose();
            }

            return null;
        }
        catch (RootHelperUnavailableException e)
        {
            unavailable = e;
        }

        string real = RealPath.Of(path);
        if (FileIdentity.TryOf(real) is not { Kind: FileKind.Regular or FileKind.BlockDevice } identity)
        {
            // In a folder of root's the file's owner alone helps nobody.
            throw unavailable;
        }

        context.Log.Verbose($"'{path}' cannot be read through the root helper ({unavailable.Reason}); it is made this user's own meanwhile.");
        return await TakeAsync(context, OwnershipRecord.Of(real, identity), unavailable, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts back what killed processes of this user left; trouble with it is no trouble of the operation that begins.</summary>
    /// <param name="context">The ports.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A task that ends with the work.</returns>
    public static async Task UndoLeftAsync(OperationContext context, CancellationToken cancellationToken)
    {
        foreach ((string file, OwnershipRecord record) in context.Processes.UsesRootHelper ? OwnershipRecord.FindLeft(context.Options) : [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            context.Log.Verbose($"A process that is gone left '{record.Path}' to this user; its owner is put back.");
            await UndoAsync(context, record, file).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await UndoAsync(_context, _record, _file).ConfigureAwait(false);

    private static async Task<TemporaryOwnership> TakeAsync(OperationContext context, OwnershipRecord record, RootHelperUnavailableException unavailable, CancellationToken cancellationToken)
    {
        TemporaryOwnership taken;
        try
        {
            taken = new TemporaryOwnership(context, record, record.Save(context.Options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageUnreadableException(record.Path, $"its owner is not changed without a record of it, which cannot be written: {e.Message}", e);
        }

        try
        {
            await ChangeAsync(context, record, SystemUser.Number ?? 0, cancellationToken).ConfigureAwait(false);
            using FileImageReader reader = FileImageReader.Open(record.Path);
            return record.Is(reader.Identity) ? taken : throw new ImageUnreadableException(record.Path, "another file took its place meanwhile.");
        }
        catch (Exception e)
        {
            await taken.DisposeAsync().ConfigureAwait(false);
            if (e is RootHelperUnavailableException)
            {
                // Neither way: the first reason says what is missing.
                throw unavailable;
            }

            throw;
        }
    }

    private static async Task UndoAsync(OperationContext context, OwnershipRecord record, string file)
    {
        FileIdentity? there = null;
        try
        {
            there = FileIdentity.OfLink(record.Path);
            if (record.Is(there) && there!.OwnerId == SystemUser.Number && there.OwnerId != record.Owner)
            {
                await ChangeAsync(context, record, record.Owner, CancellationToken.None).ConfigureAwait(false);
            }
            else if (!record.Is(there))
            {
                context.Log.Warning(string.Create(CultureInfo.InvariantCulture, $"'{record.Path}' is not the file any more that was user {record.Owner}'s before its upload; nobody's owner is changed."));
            }

            File.Delete(file);
        }
        catch (Exception e) when (e is ImageUtilsException or IOException or UnauthorizedAccessException)
        {
            // The record stays, and the next operation tries again.
            context.Log.Warning(string.Create(CultureInfo.InvariantCulture, $"'{record.Path}' was not given back to user {record.Owner}: {e.Message} The next operation tries it again."));
        }
    }

    /// <summary>In cinder's words; -h, so that not even a link that was put there just now is followed.</summary>
    private static async Task ChangeAsync(OperationContext context, OwnershipRecord record, uint owner, CancellationToken cancellationToken)
    {
        var request = new ProcessRequest
        {
            FileName = Tool,
            Arguments = ["-h", owner.ToString(CultureInfo.InvariantCulture), record.Path],
            RunAsRoot = true,
            PinLocale = false,
            Timeout = Patience,
        };
        ProcessResult result = await context.Processes.RunAsync(request, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw new ImageUnreadableException(record.Path, $"its owner cannot be changed: {result.StandardError.Trim()}");
        }
    }
}
