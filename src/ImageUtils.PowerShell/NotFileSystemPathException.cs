namespace ImageUtils.PowerShell;

/// <summary>A path belongs to another provider than the file system.</summary>
public sealed class NotFileSystemPathException : ArgumentException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The path as given.</param>
    /// <param name="provider">The name of its provider.</param>
    public NotFileSystemPathException(string path, string provider)
        : base($"'{path}' is a path of the provider {provider}; only paths of the file system can be images.")
    {
    }
}
