using System.Security.Cryptography;
using ImageUtils.Configuration;
using ImageUtils.Errors;

namespace ImageUtils.Storage;

/// <summary>
/// The folder of temporary images (cinder: image_conversion_dir). It is made when it is first needed, for its owner only;
/// so are the files, whose names begin as cinder's do and end in the backend's name, by which a clean-up knows them.
/// </summary>
public sealed class ConversionDirectory
{
    private const int LongestIdInName = 64;

    private readonly string _suffix;

    /// <summary>Makes the object; the file system is not touched.</summary>
    /// <param name="options">Where it is, and the backend's name.</param>
    public ConversionDirectory(ImageUtilsOptions options)
    {
        FolderPath = System.IO.Path.GetFullPath(options.ImageConversionDirectory);
        _suffix = options.BackendName ?? string.Empty;
    }

    /// <summary>The full path of the folder.</summary>
    public string FolderPath { get; }

    /// <summary>Makes an empty file for the download of an image that becomes a volume.</summary>
    /// <param name="imageId">The image.</param>
    /// <returns>The file; the caller disposes of it.</returns>
    /// <exception cref="DestinationUnwritableException">The folder or the file cannot be made.</exception>
    /// <exception cref="NoSpaceException">There is no room for one more file.</exception>
    public TemporaryImageFile CreateForDownload(string imageId) => Create($"image_download_{InName(imageId)}_");

    /// <summary>Makes an empty file for an image that is fetched for a while.</summary>
    /// <param name="imageId">The image.</param>
    /// <returns>The file; the caller disposes of it.</returns>
    /// <exception cref="DestinationUnwritableException">The folder or the file cannot be made.</exception>
    /// <exception cref="NoSpaceException">There is no room for one more file.</exception>
    public TemporaryImageFile CreateForFetch(string imageId) => Create($"image_fetch_{InName(imageId)}_");

    /// <summary>Makes an empty file for a volume that is converted before its upload.</summary>
    /// <returns>The file; the caller disposes of it.</returns>
    /// <exception cref="DestinationUnwritableException">The folder or the file cannot be made.</exception>
    /// <exception cref="NoSpaceException">There is no room for one more file.</exception>
    public TemporaryImageFile CreateForUpload() => Create("vol_upload_");

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

    private TemporaryImageFile Create(string prefix)
    {
        try
        {
            EnsureFolder();
            var open = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
            {
                open.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            string name = System.IO.Path.Combine(FolderPath, prefix + RandomNumberGenerator.GetHexString(16, lowercase: true) + _suffix);
            using var created = new FileStream(name, open);
            return new TemporaryImageFile(name);
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
    }
}
