using System.Runtime.InteropServices;
using System.Text;
using ImageUtils.Errors;
using ImageUtils.Storage;
using ImageUtils.Storage.Linux;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Privilege;

/// <summary>
/// A path that root walks for a user. A rule of a root helper names folders by their text; a link that the user put into one
/// would lead out of it. So links count only where root alone could have put them (as udev does for <c>/dev/VG/LV</c>), and
/// what was found is held, so that it cannot become another thing between the look and the use.
/// </summary>
internal sealed partial class TrustedPath : IDisposable
{
    /// <summary>O_PATH: a place, not an opening; nothing waits and no device notices. O_NOFOLLOW differs by the architecture.</summary>
    private const int PlaceOnly = 0x200000 | 0x80000;

    private const int MostLinks = 40;
    private const int LongestTarget = 4096;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly SafeFileHandle? _place;
    private readonly string _path;

    private TrustedPath(string path, SafeFileHandle? place, FileIdentity? identity)
    {
        _path = path;
        _place = place;
        Identity = identity;
    }

    /// <summary>The path without links.</summary>
    public string RealPath => _path;

    /// <summary>What is there; null where the system does not say.</summary>
    public FileIdentity? Identity { get; }

    /// <summary>A name that leads this process to what was found, whatever happens to its path.</summary>
    public string HeldPath => _place is null ? _path : FormattableString.Invariant($"/proc/self/fd/{UnixFileOpening.Descriptor(_place)}");

    /// <summary>Walks a path.</summary>
    /// <param name="path">The full path.</param>
    /// <returns>What is there; the caller disposes of it.</returns>
    /// <exception cref="PathNotFoundException">It leads nowhere.</exception>
    /// <exception cref="ImageUnreadableException">It is no full path, or leads through a link that somebody else than root could have made.</exception>
    public static TrustedPath Walk(string path)
    {
        if (!Path.IsPathFullyQualified(path) || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new ImageUnreadableException(path, "it is no full path.");
        }

        if (OperatingSystem.IsLinux())
        {
            return WalkHeld(path);
        }

        return string.Equals(Storage.RealPath.Of(path), path, StringComparison.Ordinal) ? new TrustedPath(path, place: null, identity: null) : throw Untrusted(path, path);
    }

    /// <inheritdoc/>
    public void Dispose() => _place?.Dispose();

    private static TrustedPath WalkHeld(string path)
    {
        (SafeFileHandle place, FileIdentity identity) = Step(path, "/", folder: null);
        string done = "/";
        var rest = new Stack<string>();
        Push(rest, path);
        try
        {
            for (int links = 0; rest.TryPop(out string? name);)
            {
                (SafeFileHandle next, FileIdentity found) = Step(path, name, place);
                if (!found.IsLink)
                {
                    place.Dispose();
                    (place, identity) = (next, found);
                    done = name is ".." ? Path.GetDirectoryName(done) ?? "/" : Path.Combine(done, name);
                    continue;
                }

                using (next)
                {
                    if (++links > MostLinks || !IsRootsOwn(found, place, identity))
                    {
                        throw Untrusted(path, Path.Combine(done, name));
                    }

                    string target = Target(path, next);
                    Push(rest, target);
                    if (target.StartsWith('/'))
                    {
                        place.Dispose();
                        (place, identity) = Step(path, "/", folder: null);
                        done = "/";
                    }
                }
            }

            return new TrustedPath(done, place, identity);
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    private static (SafeFileHandle Place, FileIdentity Found) Step(string path, string name, SafeFileHandle? folder)
    {
        int descriptor = OpenAt(folder is null ? -1 : UnixFileOpening.Descriptor(folder), name, PlaceOnly | UnixFileOpening.NoFollow());
        UnixErrors.ThrowIfFailed(path, descriptor < 0 ? Marshal.GetLastPInvokeError() : 0);
        var place = new SafeFileHandle(descriptor, ownsHandle: true);
        int error = StatX.TryLook(descriptor, out FileIdentity? found);
        if (error != 0)
        {
            place.Dispose();
            UnixErrors.ThrowIfFailed(path, error);
        }

        return (place, found!);
    }

    /// <summary>Only root makes links of root, and in a folder like that (or a sticky one) nobody else moves them about.</summary>
    private static bool IsRootsOwn(FileIdentity link, SafeFileHandle folder, FileIdentity folderIdentity)
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        UnixFileMode mode = File.GetUnixFileMode(folder);
        return link.OwnerId is 0
            && folderIdentity.OwnerId is 0
            && ((mode & WritableByOthers) == UnixFileMode.None || mode.HasFlag(UnixFileMode.StickyBit));
    }

    private static string Target(string path, SafeFileHandle link)
    {
        byte[] text = new byte[LongestTarget];
        nint length = ReadLinkAt(UnixFileOpening.Descriptor(link), string.Empty, text, text.Length);
        UnixErrors.ThrowIfFailed(path, length < 0 ? Marshal.GetLastPInvokeError() : 0);
        return length > 0 && length < text.Length ? Encoding.UTF8.GetString(text, 0, (int)length) : throw new PathNotFoundException(path);
    }

    private static void Push(Stack<string> rest, string path)
    {
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(name => name is not ".").Reverse())
        {
            rest.Push(name);
        }
    }

    private static ImageUnreadableException Untrusted(string path, string link) =>
        new(path, $"'{link}' is a link that somebody else than root may have made, and root follows none of those; name the path that it leads to.");

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenAt(int folder, string name, int flags);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ReadLinkAt(int folder, string name, [Out] byte[] target, nint length);
}
