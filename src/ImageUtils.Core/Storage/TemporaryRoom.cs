namespace ImageUtils.Storage;

/// <summary>A folder for files of one operation, with a name of our own; gone with everything in it when it is disposed of.</summary>
internal sealed class TemporaryRoom : IDisposable
{
    /// <summary>Makes the folder, for its owner only.</summary>
    /// <param name="parent">The folder it stands in, which must be there.</param>
    public TemporaryRoom(string parent)
    {
        Path = System.IO.Path.Combine(parent, TemporaryName.New(TemporaryName.Hidden, string.Empty));
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Path);
        }
        else
        {
            Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What ended the work is the error that the caller should see.
        }
    }
}
