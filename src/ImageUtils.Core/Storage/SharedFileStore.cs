using System.Text.Json;
using ImageUtils.Errors;

namespace ImageUtils.Storage;

/// <summary>
/// The records of the shared files of one folder. Whoever changes one holds the lock of its key; nothing in them is
/// believed that is not a plain file of our own user in this very folder.
/// </summary>
internal sealed class SharedFileStore
{
    private const string Beginning = TemporaryName.Hidden + "shared-";
    private const string RecordEnd = ".json";
    private const string LockEnd = ".lock";
    private const int LongestRecord = 1 << 20;

    private readonly string _folder;

    public SharedFileStore(string folder) => _folder = folder;

    /// <summary>Waits for the right to change the record of a key.</summary>
    public Task<IDisposable?> LockAsync(string key, TimeSpan patience, CancellationToken cancellationToken) =>
        FileLock.TakeAsync(PathOf(key, LockEnd), patience, cancellationToken);

    /// <summary>Reads the record of a key.</summary>
    /// <returns>The record, of living users only; null: there is none that can be believed.</returns>
    public SharedFileRecord? Read(string key)
    {
        string path = PathOf(key, RecordEnd);
        try
        {
            if (!IsOurs(path) || new FileInfo(path).Length > LongestRecord)
            {
                return null;
            }

            SharedFileRecord? record = JsonSerializer.Deserialize(File.ReadAllBytes(path), SharedFileJson.Default.SharedFileRecord);
            return record is { FileName: { } name, Users: not null }
                && name.StartsWith(TemporaryName.Fetch, StringComparison.Ordinal)
                && string.Equals(Path.GetFileName(name), name, StringComparison.Ordinal)
                    ? record.Living()
                    : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ImageUnreadableException)
        {
            return null;
        }
    }

    /// <summary>The full path of the file of a record.</summary>
    public string FileOf(SharedFileRecord record) => Path.Combine(_folder, record.FileName);

    /// <summary>Says whether the file of a record is there as it was made, as far as can be told without reading it.</summary>
    public bool IsWhole(SharedFileRecord record)
    {
        try
        {
            return IsOurs(FileOf(record)) && new FileInfo(FileOf(record)).Length == record.Size;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ImageUnreadableException)
        {
            return false;
        }
    }

    /// <summary>Writes the record of a key, in one step.</summary>
    public void Write(string key, SharedFileRecord record)
    {
        using PartialFile file = PartialFile.Create(PathOf(key, RecordEnd), force: true);
        using (FileStream stream = file.OpenStream())
        {
            JsonSerializer.Serialize(stream, record, SharedFileJson.Default.SharedFileRecord);
        }

        file.Commit();
    }

    /// <summary>Removes a record, and the file unless somebody holds it whom the record does not know.</summary>
    public void Remove(string key, SharedFileRecord? record)
    {
        if (record is not null && FileIdentity.OfLink(FileOf(record)) is { IsRegularFile: true })
        {
            if (FileHold.IsHeld(FileOf(record)))
            {
                // A user in another container: its process cannot be seen from here, its lock can.
                return;
            }

            File.Delete(FileOf(record));
        }

        File.Delete(PathOf(key, RecordEnd));
    }

    /// <summary>Removes the files that only dead processes used.</summary>
    /// <returns>The names of the files that are in use.</returns>
    public IReadOnlySet<string> Prune()
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (string key in Keys(RecordEnd))
        {
            using IDisposable? taken = FileLock.TryTake(PathOf(key, LockEnd));
            SharedFileRecord? record = Read(key);
            if (taken is not null && record is not { Users.Count: > 0 })
            {
                Remove(key, record);
            }

            if (record is not null && File.Exists(FileOf(record)))
            {
                used.Add(record.FileName);
            }
        }

        foreach (string key in Keys(LockEnd))
        {
            // A lock whose holder was killed stays as a file; taking it and letting go removes it.
            FileLock.TryTake(PathOf(key, LockEnd))?.Dispose();
        }

        return used;
    }

    /// <summary>The names of the files that records name, dead or alive.</summary>
    public IReadOnlySet<string> FilesInUse() =>
        Keys(RecordEnd).Select(Read).OfType<SharedFileRecord>().Where(record => record.Users.Count > 0).Select(record => record.FileName).ToHashSet(StringComparer.Ordinal);

    /// <summary>Removes the record of a file that is gone.</summary>
    public void Forget(string fileName)
    {
        foreach (string key in Keys(RecordEnd))
        {
            using IDisposable? taken = FileLock.TryTake(PathOf(key, LockEnd));
            if (taken is not null && string.Equals(Read(key)?.FileName, fileName, StringComparison.Ordinal))
            {
                File.Delete(PathOf(key, RecordEnd));
            }
        }
    }

    private static bool IsOurs(string path) =>
        FileIdentity.OfLink(path) is { IsRegularFile: true } file && (file.OwnerId is null || file.OwnerId == SystemUser.Number);

    private List<string> Keys(string end) =>
    [
        .. Directory.EnumerateFiles(_folder, Beginning + "*" + end)
            .Select(path => Path.GetFileName(path)[Beginning.Length..^end.Length])
            .Where(key => key.Length > 0 && key.All(char.IsAsciiHexDigitLower)),
    ];

    private string PathOf(string key, string end) => Path.Combine(_folder, Beginning + key + end);
}
