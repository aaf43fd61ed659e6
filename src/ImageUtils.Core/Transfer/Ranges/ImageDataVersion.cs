using System.Globalization;
using ImageUtils.Errors;
using ImageUtils.Services;

namespace ImageUtils.Transfer.Ranges;

/// <summary>
/// Remembers what the first part said of the data, and refuses a later one that says something else. Between mirrors tags and
/// dates say nothing: the same data have others there. There the length and the hash of the whole decide, and without a
/// promised hash parts of two mirrors are never put together.
/// </summary>
/// <param name="subject">The image id or address, for errors.</param>
/// <param name="isHashPromised">True where the whole is held against a hash in the end.</param>
internal sealed class ImageDataVersion(string subject, bool isHashPromised = false)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _versionsOfHosts = new(StringComparer.OrdinalIgnoreCase);
    private string? _version;
    private string? _host;
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

    /// <summary>The server that <see cref="Version"/> is of; null: there is only one.</summary>
    public string? Host
    {
        get
        {
            lock (_lock)
            {
                return _host;
            }
        }
    }

    /// <summary>Begins, or begins anew where nothing that came is kept.</summary>
    /// <param name="totalLength">The length in bytes; null: unknown.</param>
    public void Begin(long? totalLength)
    {
        lock (_lock)
        {
            _version = null;
            _host = null;
            _versionsOfHosts.Clear();
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
            RequireSameVersion(part);
            if (_totalLength is long known && part.TotalSize is long told && known != told)
            {
                throw new ImageDownloadFailedException(subject, string.Create(CultureInfo.InvariantCulture, $"{known} bytes were announced, and the server has {told} now."));
            }

            _totalLength ??= part.TotalSize;
            _knowsParts |= part.TotalSize - part.Offset > part.Length;
        }
    }

    private void RequireSameVersion(ImageData part)
    {
        string host = part.Host ?? string.Empty;
        if (_versionsOfHosts.TryGetValue(host, out string? known) && part.Version is not null && !string.Equals(known, part.Version, StringComparison.Ordinal))
        {
            throw new ImageDownloadFailedException(subject, "the data at the server changed while they were downloaded.");
        }

        bool isMirror = _host is not null && part.Host is not null && !string.Equals(_host, part.Host, StringComparison.OrdinalIgnoreCase);
        bool isSame = _version is not null && string.Equals(_version, part.Version, StringComparison.Ordinal);
        if (isMirror && !isSame && !isHashPromised)
        {
            throw new ImageDownloadFailedException(
                subject,
                $"its parts come from {_host} and from {part.Host}, which do not say that they have the same data, and no hash is known that would tell. Give the hash, or the address at one of them.");
        }

        if (part.Version is not null)
        {
            _versionsOfHosts[host] = part.Version;
        }

        _host ??= part.Host;
        _version ??= isMirror ? null : part.Version;
    }
}
