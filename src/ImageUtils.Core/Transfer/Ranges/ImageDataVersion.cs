using System.Globalization;
using ImageUtils.Errors;
using ImageUtils.Services;

namespace ImageUtils.Transfer.Ranges;

/// <summary>Remembers what the first part said of the data, and refuses a later one that says something else.</summary>
/// <param name="subject">The image id or address, for errors.</param>
internal sealed class ImageDataVersion(string subject)
{
    private readonly Lock _lock = new();
    private string? _version;
    private long? _totalLength;
    private bool _knowsParts;

    /// <summary>True where a part came as short as it was asked for.</summary>
    public bool KnowsParts
    {
        get
        {
            lock (_lock)
            {
                return _knowsParts;
            }
        }
    }

    /// <summary>The length of the whole, as far as any part said it.</summary>
    public long? TotalLength
    {
        get
        {
            lock (_lock)
            {
                return _totalLength;
            }
        }
    }

    /// <summary>What tells this version from another; null: no server said so.</summary>
    public string? Version
    {
        get
        {
            lock (_lock)
            {
                return _version;
            }
        }
    }

    /// <summary>Starts from what an earlier download knew.</summary>
    /// <param name="version">The version; null: unknown.</param>
    /// <param name="totalLength">The length in bytes; null: unknown.</param>
    public void Begin(string? version, long? totalLength)
    {
        lock (_lock)
        {
            _version = version;
            _totalLength = totalLength;
        }
    }

    /// <summary>Holds a part against what is known.</summary>
    /// <param name="part">The part.</param>
    /// <exception cref="ImageDownloadFailedException">The data are not the same any more.</exception>
    public void Require(ImageData part)
    {
        lock (_lock)
        {
            if (_version is not null && part.Version is not null && !string.Equals(_version, part.Version, StringComparison.Ordinal))
            {
                throw new ImageDownloadFailedException(subject, "the data at the server changed while they were downloaded.");
            }

            if (_totalLength is long known && part.TotalSize is long told && known != told)
            {
                throw new ImageDownloadFailedException(subject, string.Create(CultureInfo.InvariantCulture, $"{known} bytes were announced, and the server has {told} now."));
            }

            _version ??= part.Version;
            _totalLength ??= part.TotalSize;
            _knowsParts |= part.TotalSize - part.Offset > part.Length;
        }
    }
}
