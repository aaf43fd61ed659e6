using ImageUtils.Storage;

namespace ImageUtils.Transfer;

/// <summary>
/// One use of a temporary image. The file is there until the last use is disposed of, in whatever process; a use of a
/// process that dies ends with it.
/// </summary>
public sealed class TemporaryImage : IDisposable, IAsyncDisposable
{
    private readonly IDisposable _use;

    internal TemporaryImage(ServiceImage image, string path, IDisposable use, bool isShared)
    {
        Image = image;
        Path = path;
        IsShared = isShared;
        _use = use;
    }

    /// <summary>The image, as its service showed it.</summary>
    public ServiceImage Image { get; }

    /// <summary>The full path of the file. It is for reading: others may be reading it too.</summary>
    public string Path { get; }

    /// <summary>True where the file was there already, fetched by another use of the same user.</summary>
    public bool IsShared { get; }

    /// <summary>Ends the use; the last one removes the file.</summary>
    public void Dispose() => _use.Dispose();

    /// <inheritdoc cref="Dispose"/>
    /// <returns>A finished task: removing a file has no asynchronous form.</returns>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
