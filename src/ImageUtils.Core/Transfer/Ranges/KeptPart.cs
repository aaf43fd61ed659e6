using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImageUtils.Storage;

namespace ImageUtils.Transfer.Ranges;

/// <summary>
/// The part of an image that came before a network gave up, kept beside its destination with a journal that says what it is a
/// part of. Only a fetch of the same data to the same destination goes on from it; any other removes it.
/// </summary>
internal sealed class KeptPart
{
    /// <summary>Less is fetched again sooner than it is read again.</summary>
    private const long WorthKeeping = 1 << 20;
    private const int LargestJournal = 16 * 1024;

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
        _journal = Path.Combine(folder, $".iu-resume-{name}.json");
        _identity = identity;
    }

    /// <summary>Moves what was kept to where the download writes, if it is of the same data.</summary>
    /// <param name="file">The download's file, empty.</param>
    /// <returns>True where there is something to go on from.</returns>
    public bool TryTake(PartialFile file)
    {
        try
        {
            if (!File.Exists(_journal) || !File.Exists(_part))
            {
                return false;
            }

            bool isSame = _identity.IsCertain && Read() is { } kept && kept == _identity && FileIdentity.OfLink(_part) is { IsRegularFile: true };
            if (isSame && new FileInfo(_part).Length <= (_identity.Size ?? long.MaxValue))
            {
                File.Move(_part, file.TemporaryPath, overwrite: true);
                File.Delete(_journal);
                return true;
            }

            Remove();
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return false;
        }
    }

    /// <summary>Keeps what came, if it is worth it.</summary>
    /// <param name="file">The download's file.</param>
    /// <param name="version">What the server said of the data; null: nothing.</param>
    /// <returns>The number of bytes kept; 0: none.</returns>
    public long TryKeep(PartialFile file, string? version)
    {
        KeptPartIdentity identity = _identity with { Version = _identity.Version ?? version };
        try
        {
            long length = new FileInfo(file.TemporaryPath).Length;
            if (length < WorthKeeping || !identity.IsCertain)
            {
                return 0;
            }

            File.WriteAllText(_journal, JsonSerializer.Serialize(identity, KeptPartJson.Default.KeptPartIdentity));
            File.Move(file.TemporaryPath, _part, overwrite: true);
            return length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
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

    private KeptPartIdentity? Read()
    {
        using FileStream stream = TemporaryImageFile.OpenRead(_journal);
        return stream.Length > LargestJournal ? null : JsonSerializer.Deserialize(stream, KeptPartJson.Default.KeptPartIdentity);
    }
}
