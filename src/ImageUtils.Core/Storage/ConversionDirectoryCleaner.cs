using ImageUtils.Configuration;
using ImageUtils.Errors;
using ImageUtils.Operations;

namespace ImageUtils.Storage;

/// <summary>
/// Cleans the folder of temporary images by hand (cinder's cleanup_temporary_file): files whose names end in the backend's
/// name, and destinations that were never finished. Only plain files directly in the folder; links and folders are left.
/// </summary>
public sealed class ConversionDirectoryCleaner
{
    private readonly string _folder;
    private readonly string? _backend;
    private readonly IOperationLog _log;
    private readonly SharedFileStore _shared;

    /// <summary>Makes the cleaner; the file system is not touched.</summary>
    /// <param name="options">Where the folder is, and the backend's name.</param>
    /// <param name="log">Hears of files that are left because somebody uses them.</param>
    public ConversionDirectoryCleaner(ImageUtilsOptions options, IOperationLog log)
    {
        _folder = Path.GetFullPath(options.ImageConversionDirectory);
        _backend = string.IsNullOrEmpty(options.BackendName) ? null : options.BackendName;
        _log = log;
        _shared = new SharedFileStore(_folder);
    }

    /// <summary>The full path of the folder.</summary>
    public string FolderPath => _folder;

    /// <summary>Finds the files; nothing is removed.</summary>
    /// <param name="request">Which ones.</param>
    /// <returns>The files, by name; none where the folder is not there.</returns>
    /// <exception cref="ImageUnreadableException">The folder cannot be listed.</exception>
    public IReadOnlyList<RemovedTemporaryFile> Find(CleanUpRequest request)
    {
        try
        {
            return Directory.Exists(_folder) ? [.. Candidates(request)] : [];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageUnreadableException(_folder, e.Message, e);
        }
    }

    /// <summary>Removes a file that was found.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="RemovalFailedException">The system refuses.</exception>
    public void Remove(RemovedTemporaryFile file)
    {
        try
        {
            File.Delete(file.Path);
            _shared.Forget(file.Name);
        }
        catch (DirectoryNotFoundException)
        {
            // Gone with its folder, which is what was wanted.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RemovalFailedException(file.Path, e.Message, e);
        }
    }

    private static DateTime? OldestOf(CleanUpRequest request)
    {
        if (request.OlderThan is not { } age || age <= TimeSpan.Zero)
        {
            return null;
        }

        DateTime now = DateTime.UtcNow;
        return now - DateTime.MinValue > age ? now - age : DateTime.MinValue;
    }

    private IEnumerable<RemovedTemporaryFile> Candidates(CleanUpRequest request)
    {
        string? backend = string.IsNullOrEmpty(request.BackendName) ? _backend : request.BackendName;
        DateTime? newest = OldestOf(request);
        IReadOnlySet<string> shared = _shared.FilesInUse();
        foreach (string path in Directory.EnumerateFiles(_folder).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(path);
            bool isMeant = TemporaryName.IsPart(name) || (backend is null ? TemporaryName.IsOurs(name) : name.EndsWith(backend, StringComparison.Ordinal));
            if (!isMeant || !IsPlainFile(path))
            {
                continue;
            }

            var file = new FileInfo(path);
            if (!file.Exists || (newest is not null && file.LastWriteTimeUtc > newest))
            {
                continue;
            }

            bool isInUse = shared.Contains(name) || TemporaryName.OwnerOf(name) is { IsAlive: true } || FileHold.IsHeld(path);
            if (isInUse && !request.Force)
            {
                _log.Verbose($"'{path}' is left: a running process uses it.");
                continue;
            }

            yield return new RemovedTemporaryFile { Path = path, Size = file.Length, LastWriteTime = file.LastWriteTimeUtc, IsInUse = isInUse };
        }
    }

    private bool IsPlainFile(string path)
    {
        try
        {
            return FileIdentity.OfLink(path) is { IsRegularFile: true };
        }
        catch (ImageUnreadableException e)
        {
            _log.Verbose(e.Message);
            return false;
        }
    }
}
