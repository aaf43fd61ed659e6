namespace ImageUtils.Storage;

/// <summary>A temporary file that is gone when it is disposed of, whatever it was used for.</summary>
public sealed class TemporaryImageFile : IDisposable
{
    private readonly FileHold? _hold;
    private bool _isDisposed;

    internal TemporaryImageFile(string path)
    {
        Path = path;
        _hold = FileHold.TryTake(path);
    }

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <summary>The number of bytes in the file now; 0 where it is gone.</summary>
    public long Length => new FileInfo(Path) is { Exists: true } file ? file.Length : 0;

    /// <summary>Opens the file for writing, empty.</summary>
    /// <returns>The stream; the caller disposes of it.</returns>
    public FileStream OpenWrite() => new(Path, new FileStreamOptions
    {
        Mode = FileMode.Truncate,
        Access = FileAccess.Write,
        Share = FileShare.Read,
        Options = FileOptions.Asynchronous,
        BufferSize = 0,
    });

    /// <summary>Opens the file for reading from its beginning.</summary>
    /// <returns>The stream; the caller disposes of it.</returns>
    public FileStream OpenRead() => OpenRead(Path);

    /// <summary>Opens a temporary file for reading from its beginning.</summary>
    /// <param name="path">The full path.</param>
    /// <returns>The stream; the caller disposes of it.</returns>
    internal static FileStream OpenRead(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.Read | FileShare.Delete,
        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
        BufferSize = 0,
    });

    /// <summary>Hands the file over: from now on somebody else removes it.</summary>
    internal void Release()
    {
        _isDisposed = true;
        _hold?.Dispose();
    }

    /// <summary>Removes the file. A file that cannot be removed does not hide the error that ended the work.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _hold?.Dispose();
        try
        {
            File.Delete(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its name says whose it was, so it is found later.
        }
    }
}
