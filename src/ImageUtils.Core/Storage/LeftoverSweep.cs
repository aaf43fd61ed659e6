using ImageUtils.Errors;

namespace ImageUtils.Storage;

/// <summary>
/// Removes what processes that are gone left in the folder of temporary images. A file goes only where its name says who
/// made it, that process is gone, and nobody holds it: what is not certainly dead stays.
/// </summary>
internal static class LeftoverSweep
{
    /// <summary>Removes the leftovers; trouble with one of them is no trouble of the operation that begins.</summary>
    /// <param name="folder">The folder.</param>
    public static void Run(string folder)
    {
        try
        {
            IReadOnlySet<string> shared = new SharedFileStore(folder).Prune();
            foreach (string path in Directory.EnumerateFiles(folder))
            {
                string name = Path.GetFileName(path);
                if (!shared.Contains(name) && TemporaryName.OwnerOf(name) is { IsAlive: false })
                {
                    Remove(path);
                }
            }
        }
        catch (Exception e) when (IsHarmless(e))
        {
            // Somebody else sweeps, or it is a folder that we may not list.
        }
    }

    private static void Remove(string path)
    {
        try
        {
            if (FileIdentity.OfLink(path) is { IsRegularFile: true } && !FileHold.IsHeld(path))
            {
                File.Delete(path);
            }
        }
        catch (Exception e) when (IsHarmless(e))
        {
            // The next one may go.
        }
    }

    private static bool IsHarmless(Exception e) => e is IOException or UnauthorizedAccessException or ImageUtilsException;
}
