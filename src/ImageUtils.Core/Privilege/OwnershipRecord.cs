using System.Text.Json;
using ImageUtils.Configuration;
using ImageUtils.Storage;

namespace ImageUtils.Privilege;

/// <summary>Which file was given to this user for a while, and whose it is. It stands on the disk before the owner changes.</summary>
/// <param name="Path">The full path, without links.</param>
/// <param name="Device">The file system.</param>
/// <param name="Inode">The file within it.</param>
/// <param name="DeviceNumber">For a block device, which one; else 0.</param>
/// <param name="Owner">The number of the user whose it is.</param>
internal sealed record OwnershipRecord(string Path, ulong Device, ulong Inode, ulong DeviceNumber, uint Owner)
{
    private const string Beginning = TemporaryName.Hidden + "owner_";
    private const string End = ".json";
    private const int LongestRecord = 64 << 10;

    /// <summary>Makes the record of a file.</summary>
    /// <param name="path">The full path, without links.</param>
    /// <param name="identity">What is there.</param>
    /// <returns>The record.</returns>
    public static OwnershipRecord Of(string path, FileIdentity identity) =>
        new(path, identity.Device, identity.Inode, identity.DeviceNumber, identity.OwnerId ?? 0);

    /// <summary>Reads what processes that are gone left behind.</summary>
    /// <param name="options">Where the folder of temporary images is.</param>
    /// <returns>The records with the files that they stand in; what cannot be read is none.</returns>
    public static IReadOnlyList<(string File, OwnershipRecord Record)> FindLeft(ImageUtilsOptions options)
    {
        string folder = System.IO.Path.GetFullPath(options.ImageConversionDirectory);
        var found = new List<(string, OwnershipRecord)>();
        try
        {
            foreach (string file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, Beginning + "*" + End) : [])
            {
                if (IsLeft(System.IO.Path.GetFileName(file)) && TryRead(file) is { } record)
                {
                    found.Add((file, record));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that may not be listed holds none of ours.
        }

        return found;
    }

    /// <summary>Writes the record into the folder of temporary images, flushed.</summary>
    /// <param name="options">Where that is.</param>
    /// <returns>The file.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public string Save(ImageUtilsOptions options)
    {
        var folder = new ConversionDirectory(options);
        folder.Prepare();
        string path = System.IO.Path.Combine(folder.FolderPath, TemporaryName.New(Beginning, End));
        var open = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            open.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(path, open))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(this, OwnershipJson.Default.OwnershipRecord));
            FileSync.Flush(file.SafeFileHandle);
        }

        FolderFlush.Of(path);
        return path;
    }

    /// <summary>Tells whether something is the file of the record.</summary>
    /// <param name="identity">What is there.</param>
    /// <returns>True where it is.</returns>
    public bool Is(FileIdentity? identity) =>
        identity is { Kind: FileKind.Regular or FileKind.BlockDevice } && (identity.Device, identity.Inode, identity.DeviceNumber) == (Device, Inode, DeviceNumber);

    private static bool IsLeft(string name) =>
        name[Beginning.Length..^End.Length].Split('-') is [var id, var start, _] && OwnerMark.TryParse(id, start, out OwnerMark mark) && !mark.IsAlive;

    private static OwnershipRecord? TryRead(string file)
    {
        try
        {
            using FileStream stream = PlainFile.OpenRead(file);
            byte[] content = new byte[LongestRecord];
            int length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return JsonSerializer.Deserialize(content.AsSpan(0, length), OwnershipJson.Default.OwnershipRecord) is { Path.Length: > 0 } record && System.IO.Path.IsPathFullyQualified(record.Path) ? record : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
