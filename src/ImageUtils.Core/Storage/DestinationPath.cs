using System.Text;
using ImageUtils.Errors;

namespace ImageUtils.Storage;

/// <summary>
/// Turns what a user named as destination into the file that will be written. An existing folder, or a name that ends in a
/// separator, takes a file named after the source; everything else is the file itself.
/// </summary>
public static class DestinationPath
{
    // The limit of the usual file systems, in bytes of UTF-8.
    private const int LongestName = 255;

    /// <summary>Says whether a destination names a folder.</summary>
    /// <param name="destination">The destination as given, literal.</param>
    /// <returns>True for an existing folder and for a name that ends in a separator.</returns>
    public static bool IsFolder(string destination) =>
        Path.EndsInDirectorySeparator(destination) || Directory.Exists(destination);

    /// <summary>Finds the file to write. Nothing is made.</summary>
    /// <param name="destination">The destination as given, literal; relative to the process's folder where it is relative.</param>
    /// <param name="sourceName">The source's file name, whose extension is dropped, or the image id.</param>
    /// <param name="format">The format of the result, whose name is the file's extension.</param>
    /// <returns>The full path of the file.</returns>
    /// <exception cref="DestinationUnwritableException">No file can have that name.</exception>
    public static string Resolve(string destination, string sourceName, DiskFormat format)
    {
        if (destination.Length == 0 || destination.Contains('\0', StringComparison.Ordinal))
        {
            throw new DestinationUnwritableException(destination, "It is not a name that a file can have.");
        }

        string fullPath = Path.GetFullPath(destination);
        return IsFolder(destination) ? Path.Combine(fullPath, FileName(sourceName, format.Name)) : fullPath;
    }

    /// <summary>Finds the file to write for data that keep the name they were published under. Nothing is made.</summary>
    /// <param name="destination">The destination as given, literal.</param>
    /// <param name="address">Where the data are; the last part of its path is their name.</param>
    /// <returns>The full path of the file.</returns>
    /// <exception cref="DestinationUnwritableException">No file can have that name.</exception>
    public static string Resolve(string destination, Uri address)
    {
        string name = Path.GetFileName(Uri.UnescapeDataString(address.AbsolutePath).Replace('\\', '/'));
        string extension = Path.GetExtension(name).TrimStart('.');
        string stem = Path.GetFileNameWithoutExtension(name);
        bool isPlain = stem is not ("" or "." or "..") && !name.Any(char.IsControl) && name.IndexOfAny(Path.GetInvalidFileNameChars()) < 0;
        string resolved = Resolve(destination, isPlain ? stem + ".x" : "image", DiskFormat.Raw);
        return !IsFolder(destination) ? resolved : Path.ChangeExtension(resolved, isPlain && extension.Length is > 0 and <= 16 ? extension : null);
    }

    /// <summary>Makes the folder of a destination that ends in a separator; every other destination's folder must be there already.</summary>
    /// <param name="destination">The destination as given, literal.</param>
    /// <exception cref="DestinationUnwritableException">The folder cannot be made.</exception>
    public static void EnsureFolder(string destination)
    {
        if (!Path.EndsInDirectorySeparator(destination))
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(destination);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DestinationUnwritableException(destination, e.Message, e);
        }
    }

    /// <summary>
    /// Does work that writes to a destination. A folder that the destination names is made first, and goes again where the
    /// work fails and left nothing in it.
    /// </summary>
    /// <param name="destination">The destination as given, literal.</param>
    /// <param name="work">The work.</param>
    /// <returns>A task that ends with the work.</returns>
    /// <exception cref="DestinationUnwritableException">The folder cannot be made.</exception>
    public static async Task InFolderAsync(string destination, Func<Task> work)
    {
        bool isNew = Path.EndsInDirectorySeparator(destination) && !Directory.Exists(destination);
        EnsureFolder(destination);
        try
        {
            await work().ConfigureAwait(false);
        }
        catch when (isNew)
        {
            RemoveEmpty(destination);
            throw;
        }
    }

    private static void RemoveEmpty(string folder)
    {
        try
        {
            Directory.Delete(folder);
        }
        catch (IOException)
        {
            // Somebody else put something there; it is theirs now.
        }
    }

    private static string FileName(string sourceName, string extension)
    {
        string name = Path.GetFileName(sourceName.Replace('\0', '_'));
        string stem = Path.GetFileNameWithoutExtension(name);

        // A name that is all extension (.qcow2) keeps it, and one that is no name at all gets a plain one.
        stem = stem.Length > 0 ? stem : name;
        stem = stem is "" or "." or ".." ? "image" : stem;
        int room = LongestName - 1 - Encoding.UTF8.GetByteCount(extension);
        return $"{Fit(stem, room)}.{extension}";
    }

    private static string Fit(string stem, int room)
    {
        var kept = new StringBuilder(stem.Length);
        int bytes = 0;
        foreach (Rune rune in stem.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > room)
            {
                return kept.ToString();
            }

            kept.Append(rune);
        }

        // Untouched where it fits: a name that is not well-formed text on its file system stays what it was.
        return stem;
    }
}
