using System.Security.Cryptography;
using System.Text.Json;
using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Services.Local;

/// <summary>
/// The files of a local image service. <c>ID/image.json</c> is the record, <c>ID/data</c> the content, <c>ID/data.partial</c>
/// an upload under way: its writer holds it open alone, so that a dead one can be told from a living one. Records change
/// by a rename, so a reader sees the old one or the new one and needs no lock.
/// </summary>
internal sealed class LocalImageFolder
{
    private const int LargestRecord = 1 << 20;
    private const string RecordName = "image.json";
    private const string NextRecordName = "image.json.next";

    public LocalImageFolder(string path) => FolderPath = Path.GetFullPath(path);

    public string FolderPath { get; }

    public string DataPath(string id) => Path.Combine(FolderPath, id, "data");

    public string PartialPath(string id) => Path.Combine(FolderPath, id, "data.partial");

    /// <summary>Who uploads, where the file system has no locks that would tell.</summary>
    public string OwnerPath(string id) => Path.Combine(FolderPath, id, "data.owner");

    /// <summary>New data of an image that has data, whole and safe on the disk.</summary>
    public string NextDataPath(string id) => Path.Combine(FolderPath, id, "data.next");

    /// <summary>Says whether a path leads to a file that the service keeps: a lock, or anything of an image.</summary>
    public bool Keeps(string path) => RealPath.Below(path, FolderPath) is { Length: > 0 } part
        && (part[0] == '.' || ImageRules.TryNormalizeId(part.Split(Path.DirectorySeparatorChar)[0], out _));

    /// <summary>Every id that has a folder; no order.</summary>
    public IReadOnlyList<string> Ids()
    {
        try
        {
            return Directory.EnumerateDirectories(FolderPath)
                .Select(path => Path.GetFileName(path))
                .Where(name => ImageRules.TryNormalizeId(name, out string id) && string.Equals(id, name, StringComparison.Ordinal))
                .ToArray();
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServiceUnavailableException(FolderPath, e.Message, e);
        }
    }

    /// <summary>Reads a record.</summary>
    /// <returns>The image; null: there is none.</returns>
    /// <exception cref="ServiceUnavailableException">The record is there and cannot be read or understood.</exception>
    public ServiceImage? Read(string id)
    {
        try
        {
            RequireOwnFolder(id);
            byte[] json = ReadBounded(RecordPath(id));
            if (json.Length > LargestRecord)
            {
                throw Damaged(id, "it is larger than 1 MiB.", null);
            }

            ServiceImage image = ServiceImageJson.Read(json);
            return string.Equals(image.ImageId, id, StringComparison.OrdinalIgnoreCase)
                ? image with { ImageId = id }
                : throw Damaged(id, "it is the record of another image.", null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // InvalidOperation: JSON that is well-formed but holds half a surrogate pair, which is no text.
            throw Damaged(id, e.Message, e);
        }
    }

    /// <summary>Says whether a replacement of data was decided on and not finished: its process died in between.</summary>
    public bool IsBetween(string id) => File.Exists(Path.Combine(FolderPath, id, NextRecordName));

    /// <summary>Reads a record, queued again where its upload died in the middle, and replaced where that was begun; the lock is held.</summary>
    public ServiceImage? ReadRecovered(string id)
    {
        if (IsBetween(id))
        {
            FinishReplacement(id);
        }

        ServiceImage? image = Read(id);
        if (image is null || LocalUpload.IsAlive(this, id))
        {
            return image;
        }

        if (string.Equals(image.Status, ImageVocabulary.Saving, StringComparison.Ordinal))
        {
            return Requeue(image);
        }

        // Of a replacement that died before it was decided on.
        RemoveFile(PartialPath(id));
        RemoveFile(NextDataPath(id));
        RemoveFile(OwnerPath(id));
        return image;
    }

    /// <summary>
    /// Puts new data and their record in the place of the old ones; the lock is held. The new record under a name of its own
    /// is the decision: a process that dies after it is finished by the next one that looks, and before it nothing has changed.
    /// </summary>
    /// <param name="image">The new record; its data are the partial file, whole and flushed.</param>
    public void ReplaceData(ServiceImage image)
    {
        string id = image.ImageId;
        File.Move(PartialPath(id), NextDataPath(id), overwrite: true);
        try
        {
            Write(image, NextRecordName);
            FinishReplacement(id);
        }
        catch when (File.Exists(NextDataPath(id)))
        {
            // The old data are still in their place. The decision goes first, else it would be carried out without data.
            RemoveFile(Path.Combine(FolderPath, id, NextRecordName));
            RemoveFile(NextDataPath(id));
            throw;
        }
    }

    /// <summary>Puts an image back to queued, without data; the lock is held.</summary>
    public ServiceImage Requeue(ServiceImage image)
    {
        RemoveFile(PartialPath(image.ImageId));
        RemoveFile(DataPath(image.ImageId));
        RemoveFile(OwnerPath(image.ImageId));
        ServiceImage queued = image with { Status = ImageVocabulary.Queued, UpdatedAt = DateTime.UtcNow };
        Replace(queued);
        return queued;
    }

    /// <summary>Makes the folder of the service, for its owner only, and waits for its lock.</summary>
    public async Task<IDisposable> LockAsync(CancellationToken cancellationToken)
    {
        MakeFolder(FolderPath);
        return await FolderLock.AcquireAsync(Path.Combine(FolderPath, ".lock"), FolderPath, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes an image's folder with its record in one step; the lock is held.</summary>
    /// <exception cref="ImageExistsException">There is one of that id.</exception>
    public void Add(ServiceImage image)
    {
        byte[] json = Serialize(image);
        string final = Path.Combine(FolderPath, image.ImageId);
        if (Path.Exists(final))
        {
            throw new ImageExistsException(image.ImageId);
        }

        SweepLeftovers();
        string fresh = Path.Combine(FolderPath, ".new-" + image.ImageId);
        try
        {
            MakeFolder(fresh);
            WriteFile(Path.Combine(fresh, RecordName), json);
            Directory.Move(fresh, final);
        }
        catch
        {
            RemoveTree(fresh);
            throw;
        }
    }

    /// <summary>Replaces a record in one step; the lock is held.</summary>
    public void Replace(ServiceImage image) => Write(image, RecordName);

    /// <summary>Takes an image away in one step, then its files; the lock is held.</summary>
    public void Remove(string id)
    {
        string gone = Path.Combine(FolderPath, $".deleted-{id}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
        Directory.Move(Path.Combine(FolderPath, id), gone);
        RemoveTree(gone);
    }

    /// <summary>Removes a file; one that cannot be removed is no reason to fail.</summary>
    public static void RemoveFile(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What matters is said by the record, and it does not name the file.
        }
    }

    private static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static void RemoveTree(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No listing shows it; the next image that is made tries again.
        }
    }

    private static void WriteFile(string path, byte[] content)
    {
        using var file = new FileStream(path, FolderLock.PrivateFile(FileMode.CreateNew, FileAccess.Write, FileShare.None));
        file.Write(content);
        file.Flush();
        FileSync.Flush(file.SafeFileHandle);
    }

    /// <summary>The file's bytes, or one more than a record may have.</summary>
    private static byte[] ReadBounded(string path)
    {
        // A reader takes no lock: records change by a rename, and its own handle keeps the old one.
        using FileStream file = PlainFile.OpenRead(path);
        byte[] content = new byte[(int)Math.Min(file.Length, LargestRecord) + 1];
        int count = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return content[..count];
    }

    private static byte[] Serialize(ServiceImage image)
    {
        byte[] json = ServiceImageJson.Write(image);
        return json.Length <= LargestRecord
            ? json
            : throw new InvalidImagePropertyException("properties", "…", "the record would be larger than 1 MiB.");
    }

    private void FinishReplacement(string id)
    {
        if (File.Exists(NextDataPath(id)))
        {
            File.Move(NextDataPath(id), DataPath(id), overwrite: true);
        }

        File.Move(Path.Combine(FolderPath, id, NextRecordName), RecordPath(id), overwrite: true);
    }

    private void Write(ServiceImage image, string name)
    {
        byte[] json = Serialize(image);
        string fresh = Path.Combine(FolderPath, image.ImageId, $".{RecordName}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
        try
        {
            WriteFile(fresh, json);
            File.Move(fresh, Path.Combine(FolderPath, image.ImageId, name), overwrite: true);
        }
        catch
        {
            RemoveFile(fresh);
            throw;
        }
    }

    /// <summary>Refuses an image whose folder is a link: its files would be somebody else's.</summary>
    private void RequireOwnFolder(string id)
    {
        try
        {
            if (FileIdentity.OfLink(Path.Combine(FolderPath, id)) is { IsLink: true })
            {
                throw Damaged(id, "its folder is a symbolic link.", null);
            }
        }
        catch (ImageUnreadableException e)
        {
            throw Damaged(id, e.Message, e);
        }
    }

    private string RecordPath(string id) => Path.Combine(FolderPath, id, RecordName);

    private ServiceUnavailableException Damaged(string id, string reason, Exception? inner) =>
        new(FolderPath, $"the record of image {id} cannot be used: {reason}", inner)
        {
            RecommendedAction = $"Repair or remove {RecordPath(id)}.",
        };

    /// <summary>What a crash in the middle of <see cref="Add"/> or <see cref="Remove"/> left; both hold the lock, so nobody is at it.</summary>
    private void SweepLeftovers()
    {
        foreach (string pattern in (ReadOnlySpan<string>)[".new-*", ".deleted-*"])
        {
            foreach (string path in Directory.GetDirectories(FolderPath, pattern))
            {
                RemoveTree(path);
            }
        }
    }
}
