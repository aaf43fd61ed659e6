using System.Text;
using ImageUtils.Configuration;
using ImageUtils.Errors;

namespace ImageUtils.Storage;

/// <summary>
/// The folder of temporary images (cinder: image_conversion_dir). It is made when it is first needed, for its owner only;
/// so are the files, whose names begin as cinder's do and end in the backend's name, by which a clean-up knows them. What
/// dead processes left in it is removed before the first file is made.
/// </summary>
public sealed class ConversionDirectory
{
    private const int LongestIdInName = 64;

    // With the longest id and the mark of the process, a name stays within 255 bytes.
    private const int LongestSuffix = 120;

    private readonly string _suffix;
    private bool _isSwept;

    /// <summary>Makes the object; the file system is not touched.</summary>
    /// <param name="options">Where it is, and the backend's name.</param>
    /// <param name="suffix">What the names end in; null: the backend's name.</param>
    /// <exception cref="ArgumentException">No file name can end in the suffix.</exception>
    public ConversionDirectory(ImageUtilsOptions options, string? suffix = null)
    {
        FolderPath = Path.GetFullPath(options.ImageConversionDirectory);
        _suffix = suffix ?? options.BackendName ?? string.Empty;
        if (_suffix.AsSpan().ContainsAny('/', '\\', '\0') || Encoding.UTF8.GetByteCount(_suffix) > LongestSuffix)
        {
            throw new ArgumentException($"'{_suffix}' cannot be the end of a file name: it holds a directory separator, or more than 120 bytes.", nameof(suffix));
        }
    }

    /// <summary>The full path of the folder.</summary>
    public string FolderPath { get; }

    /// <summary>Makes an empty file for the download of an image that becomes a volume.</summary>
    /// <param name="imageId">The image.</param>
    /// <returns>The file; the caller disposes of it.</returns>
    /// <exception cref="DestinationUnwritableException">The folder or the file cannot be made.</exception>
    /// <exception cref="NoSpaceException">There is no room for one more file.</exception>
    public TemporaryImageFile CreateForDownload(string imageId) => Create($"{TemporaryName.Download}{InName(imageId)}_");

    /// <summary>Makes an empty file for an image that is fetched for a while.</summary>
    /// <param name="imageId">The image.</param>
    /// <returns>The file; the caller disposes of it.</returns>
    /// <exception cref="DestinationUnwritableException">The folder or the file cannot be made.</exception>
    /// <exception cref="NoSpaceException">There is no room for one more file.</exception>
    public TemporaryImageFile CreateForFetch(string imageId) => Create($"{TemporaryName.Fetch}{InName(imageId)}_");

    /// <summary>Makes an empty file for a volume that is converted before its upload.</summary>
    /// <returns>The file; the caller disposes of it.</returns>
    /// <exception cref="DestinationUnwritableException">The folder or the file cannot be made.</exception>
    /// <exception cref="NoSpaceException">There is no room for one more file.</exception>
    public TemporaryImageFile CreateForUpload() => Create(TemporaryName.Upload);

    private static string InName(string imageId)
    {
        // An id may come from a server. Whatever it is, it stays one harmless part of a file name.
        ReadOnlySpan<char> id = imageId.AsSpan(0, Math.Min(imageId.Length, LongestIdInName));
        return string.Create(id.Length, id, static (name, source) =>
        {
            for (int i = 0; i < source.Length; i++)
            {
                name[i] = char.IsAsciiLetterOrDigit(source[i]) || source[i] == '-' ? source[i] : '_';
            }
        });
    }

    /// <summary>Makes the folder where it is not there, and removes what dead processes left in it.</summary>
    /// <exception cref="DestinationUnwritableException">The folder cannot be made.</exception>
    internal void Prepare() => Try(EnsureFolder);

    private TemporaryImageFile Create(string prefix)
    {
        string path = Path.Combine(FolderPath, TemporaryName.New(prefix, _suffix));
        Try(() =>
        {
            EnsureFolder();
            var open = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
            {
                open.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            new FileStream(path, open).Dispose();
        });
        return new TemporaryImageFile(path);
    }

    private void Try(Action work)
    {
        try
        {
            work();
        }
        catch (IOException e) when (DiskSpace.IsNoSpace(e))
        {
            throw new NoSpaceException(DiskSpace.MountPointOf(FolderPath), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DestinationUnwritableException(FolderPath, e.Message, e);
        }
    }

    private void EnsureFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(FolderPath);
        }
        else
        {
            Directory.CreateDirectory(FolderPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        if (!_isSwept)
        {
            _isSwept = true;
            LeftoverSweep.Run(FolderPath);
        }
    }
}
