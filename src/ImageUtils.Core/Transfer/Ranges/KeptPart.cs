using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Transfer.Ranges;

/// <summary>
/// The part of an image that came before a network gave up, kept beside its destination with a journal that says what it is a
/// part of. Only a fetch of the same data to the same destination goes on from it; any other removes it. In a folder that
/// others may write to, what they put there under these names is never taken: it must be a file of this user.
/// </summary>
internal sealed class KeptPart
{
    /// <summary>Less is fetched again sooner than it is read again.</summary>
    private const long WorthKeeping = 1 << 20;
    private const int LargestJournal = 64 * 1024;
    private const UnixFileMode OnlyMine = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _part;
    private readonly string _journal;
    private readonly KeptPartIdentity _identity;

    /// <summary>Makes it; the file system is not touched.</summary>
    /// <param name="destinationPath">The full path of the destination.</param>
    /// <param name="identity">What the data are.</param>
    public KeptPart(string destinationPath, KeptPartIdentity identity)
    {
        string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFileName(destinationPath))).AsSpan(0, 8));
        string folder = Path.GetDirectoryName(destinationPath)!;
        _part = Path.Combine(folder, $".iu-resume-{name}.part");
        _journal = Path.Combine(folder, $".iu-resume-{name}.journal.part");
        _identity = identity;
    }

    /// <summary>True where something was kept, of whatever data.</summary>
    public bool IsThere => File.Exists(_journal) || File.Exists(_part);

    /// <summary>Moves what was kept to where the download writes, if it is of the same data; else removes it.</summary>
    /// <param name="file">The download's file, empty.</param>
    /// <param name="version">What the server says of its data now; null: nothing.</param>
    /// <param name="host">The server that says so, where there may be several; null: there is only one.</param>
    /// <returns>True where there is something to go on from.</returns>
    public bool TryTake(PartialFile file, string? version, string? host)
    {
        try
        {
            if (Read() is { } kept && IsMine(_part) && kept.IsSame(_identity with { Version = version, Host = host }) && new FileInfo(_part).Length <= _identity.Size)
            {
                file.Adopt(_part);
                File.Delete(_journal);
                return true;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ImageUtilsException)
        {
            // What cannot be read is no beginning of anything.
        }

        Remove();
        return false;
    }

    /// <summary>Keeps what came, if it is worth it.</summary>
    /// <param name="file">The download's file.</param>
    /// <param name="version">What the server said of the data; null: nothing.</param>
    /// <param name="host">The server that said so, where there may be several; null: there is only one.</param>
    /// <returns>The number of bytes kept; 0: none.</returns>
    public long TryKeep(PartialFile file, string? version, string? host)
    {
        KeptPartIdentity identity = _identity with { Version = version, Host = host };
        try
        {
            long length = new FileInfo(file.TemporaryPath).Length;
            if (length < WorthKeeping || !identity.IsCertain)
            {
                return 0;
            }

            // In this order no journal ever stands beside a part of other data.
            Remove();
            Write(identity);
            File.Move(file.TemporaryPath, _part);
            return length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remove();
            return 0;
        }
    }

    /// <summary>Removes what was kept.</summary>
    public void Remove()
    {
        try
        {
            File.Delete(_journal);
            File.Delete(_part);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It harms nobody: a fetch of other data does not take it.
        }
    }

    private static bool IsMine(string path) => FileIdentity.OfLink(path) is { IsRegularFile: true } file && file.OwnerId == SystemUser.Number;

    private void Write(KeptPartIdentity identity)
    {
        // An address may hold a signature that lets its bearer in.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OnlyMine;
        }

        using FileStream stream = new(_journal, options);
        JsonSerializer.Serialize(stream, identity, KeptPartJson.Default.KeptPartIdentity);
    }

    private KeptPartIdentity? Read()
    {
        if (!IsMine(_journal))
        {
            return null;
        }

        using FileStream stream = TemporaryImageFile.OpenRead(_journal);
        return stream.Length > LargestJournal ? null : JsonSerializer.Deserialize(stream, KeptPartJson.Default.KeptPartIdentity);
    }
}
