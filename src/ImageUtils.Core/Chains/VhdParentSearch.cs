using System.Text;
using ImageUtils.Errors;
using ImageUtils.Formats.Vhd;
using ImageUtils.Storage;

namespace ImageUtils.Chains;

/// <summary>
/// Looks for the parent of a differencing disk: by the locators and the name in it, then by the ids of the VHDs beside it.
/// Whatever an image says, only regular files below one folder are looked at.
/// </summary>
internal static class VhdParentSearch
{
    private const int LongestPath = 4096;
    private const int MostFiles = 256;

    /// <summary>Looks for the parent.</summary>
    /// <param name="child">The child.</param>
    /// <param name="childPath">The child's file.</param>
    /// <param name="folder">The folder that is not left.</param>
    /// <returns>The parent's path; null: it is not there.</returns>
    public static string? Find(VhdLayout child, string childPath, string folder)
    {
        Guid id = child.Header!.ParentId;
        string[] named = [.. NamesOf(child, childPath).SelectMany(name => PlacesOf(name, childPath, folder)).Distinct(StringComparer.Ordinal).Where(path => IsFileBelow(path, folder))];
        return Array.Find(named, path => IdOf(path) == id)
            ?? FindById(id, folder)
            ?? Array.Find(named, path => IdOf(path) is not null);
    }

    private static List<string> NamesOf(VhdLayout child, string childPath)
    {
        List<string> names = [];
        using FileImageReader file = FileImageReader.Open(childPath);
        foreach (VhdParentLocator locator in child.Header!.Locators.Where(locator => locator.IsPath))
        {
            // A length is anybody's claim; what no path can have is not read.
            if (locator.Length is > 0 and <= LongestPath && file.Contains(locator.Offset, locator.Length))
            {
                byte[] text = file.ReadArray((long)locator.Offset, (int)locator.Length);
                names.Add(locator.IsUrl ? FromUrl(Encoding.UTF8.GetString(text)) : Encoding.Unicode.GetString(text));
            }
        }

        names.Add(child.Header.ParentName);
        return names.ConvertAll(name => name.TrimEnd('\0'));
    }

    private static string FromUrl(string url)
    {
        string path = url.StartsWith("file://", StringComparison.OrdinalIgnoreCase) ? url[7..] : url;
        return Uri.UnescapeDataString(path.StartsWith("localhost/", StringComparison.Ordinal) ? path[9..] : path);
    }

    private static IEnumerable<string> PlacesOf(string name, string childPath, string folder)
    {
        string path = name.Replace('\\', '/');
        path = path.Length > 1 && path[1] == ':' ? path[2..] : path;
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            yield break;
        }

        // An absolute path is another machine's; its last part may be here.
        yield return Path.GetFullPath(Path.Combine(Path.GetDirectoryName(childPath)!, path));
        yield return Path.Combine(folder, Path.GetFileName(path));
    }

    private static bool IsFileBelow(string path, string folder) =>
        RealPath.Below(RealPath.Of(path), folder) is { Length: > 0 } && FileIdentity.TryOf(path) is { IsRegularFile: true };

    private static Guid? IdOf(string path)
    {
        try
        {
            using FileImageReader file = FileImageReader.Open(path);
            VhdMetadata metadata = VhdMetadata.Read(file);
            return metadata.Effective.HasRightChecksum ? metadata.Effective.UniqueId : null;
        }
        catch (Exception e) when (e is ImageUnreadableException or PathNotFoundException)
        {
            return null;
        }
    }

    private static string? FindById(Guid id, string folder)
    {
        try
        {
            return Directory.EnumerateFiles(folder, "*.vhd")
                .Order(StringComparer.Ordinal)
                .Take(MostFiles)
                .FirstOrDefault(path => id != Guid.Empty && IsFileBelow(path, folder) && IdOf(path) == id);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
