using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Transfer;

/// <summary>One use of a shared file, taken out of its record when it ends.</summary>
internal sealed class SharedFileUse : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly SharedFileStore _store;
    private readonly string _key;
    private readonly SharedFileUser _user;
    private readonly FileHold? _hold;
    private int _isDisposed;

    public SharedFileUse(SharedFileStore store, string key, SharedFileUser user, string path)
    {
        _store = store;
        _key = key;
        _user = user;
        _hold = FileHold.TryTake(path);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _hold?.Dispose();
        try
        {
            // The lock is held for moments only while there are users; where it is not to be had, the process's end ends the use.
            using IDisposable? taken = _store.LockAsync(_key, LongestWait, CancellationToken.None).GetAwaiter().GetResult();
            if (taken is not null)
            {
                Leave();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ImageUtilsException)
        {
            // Whatever ended the work is what the caller hears; the next sweep removes the file.
        }
    }

    private void Leave()
    {
        SharedFileRecord? record = _store.Read(_key);
        SharedFileRecord? rest = record is null ? null : record with { Users = [.. record.Users.Where(user => user != _user)] };
        if (rest is { Users.Count: > 0 })
        {
            _store.Write(_key, rest);
        }
        else
        {
            _store.Remove(_key, rest);
        }
    }
}
