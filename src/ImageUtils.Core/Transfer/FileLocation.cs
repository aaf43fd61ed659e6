using ImageUtils.Operations;
using ImageUtils.Storage;

namespace ImageUtils.Transfer;

/// <summary>
/// The file of this machine in which an image service keeps the data of an image, where it tells (<c>file:///…</c>). It is
/// only read from folders that the options allow: a location is what a server says, and a path of a server could lead anywhere.
/// </summary>
internal static class FileLocation
{
    private const string Scheme = "file:///";

    /// <summary>Finds a file that may stand in for a download. Whoever reads it checks the hash.</summary>
    /// <param name="image">The image.</param>
    /// <param name="folders">The folders that are allowed; none: there is no such file.</param>
    /// <param name="log">Hears what is read, and why something that was told is not.</param>
    /// <returns>The full path, without links; null: the data are downloaded.</returns>
    public static string? Find(ServiceImage image, IReadOnlyList<string> folders, IOperationLog log)
    {
        if (folders.Count == 0)
        {
            return null;
        }

        foreach (ImageLocation location in image.Locations)
        {
            if (!location.Address.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            string? reason = Refuse(location.Address, image, folders, out string path);
            if (reason is null)
            {
                log.Verbose($"Image {image.ImageId} is read from {path}.");
                return path;
            }

            log.Verbose($"Image {image.ImageId} is not read from its location {location.Address}: {reason}");
        }

        return null;
    }

    private static string? Refuse(string address, ServiceImage image, IReadOnlyList<string> folders, out string path)
    {
        path = string.Empty;
        if (address.AsSpan().ContainsAny('\\', '?', '#') || !Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || !uri.IsFile || uri.LocalPath.Contains('\0', StringComparison.Ordinal))
        {
            return "it is no plain path.";
        }

        // Every link is followed first, so that what counts is where the bytes are and not what the path says.
        string real = RealPath.Of(uri.LocalPath);
        path = real;
        if (!folders.Any(folder => IsInside(real, RealPath.Of(folder))))
        {
            return "it is in no folder that the option AllowedFileFolders names.";
        }

        try
        {
            using FileStream file = PlainFile.OpenRead(real);
            return image.Size is { } size && size != file.Length ? "the file has another size than the image." : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private static bool IsInside(string path, string folder)
    {
        StringComparison comparison = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        return path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, comparison);
    }
}
