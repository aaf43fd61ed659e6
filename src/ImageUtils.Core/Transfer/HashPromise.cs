using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Services;
using ImageUtils.Services.Web;

namespace ImageUtils.Transfer;

/// <summary>The hashes that the data of an image must have: the caller's, and the service's own.</summary>
internal sealed class HashPromise
{
    private readonly IReadOnlyList<ContentHash> _expected;
    private readonly string _reported;

    private HashPromise(IReadOnlyList<ContentHash> expected, string reported, bool isCallers)
    {
        IsCallers = isCallers;
        _expected = expected;
        _reported = reported;
    }

    /// <summary>True where somebody promised a hash.</summary>
    public bool IsGiven => _expected.Count > 0;

    /// <summary>True where the caller did, not only the service.</summary>
    public bool IsCallers { get; }

    /// <summary>The promise to remember data by; null: there is none.</summary>
    public string? Text => IsGiven ? string.Join(' ', _expected) : null;

    /// <summary>Everything that has to be computed.</summary>
    public IEnumerable<string> Algorithms => _expected.Select(hash => hash.Algorithm).Append(_reported);

    /// <summary>Puts the promises together, the caller's and the service's.</summary>
    /// <param name="image">The image.</param>
    /// <param name="demand">What the caller wants.</param>
    /// <param name="service">Where the image is; a reader of addresses also gets the list of hashes, in its own way.</param>
    /// <param name="log">Hears of a hash that cannot be checked.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidHashException">What the caller expects is no hash, or the list has none.</exception>
    /// <exception cref="ImageUnacceptableException">Nobody promises a hash, and one is required.</exception>
    public static async Task<HashPromise> OfAsync(ServiceImage image, HashDemand demand, IImageService service, IOperationLog log, CancellationToken cancellationToken)
    {
        string? algorithm = demand.HashAlgorithm is null ? null : HashAlgorithms.Parse(demand.HashAlgorithm);
        ContentHash? expected = demand switch
        {
            // What a list of hashes calls an image is the file it was published as.
            { HashFile: { } list } => await HashList.FindAsync(list, image.Name ?? image.ImageId, algorithm, service as WebImageService, cancellationToken).ConfigureAwait(false),
            { ExpectedHash: { } hash } => ContentHash.Parse(hash, algorithm),
            _ => null,
        };
        HashPromise promise = Of(image, expected, algorithm, log);
        return promise.IsGiven || !demand.RequireHash ? promise : throw new ImageUnacceptableException(image.ImageId, "No hash is promised for it, and one is required.");
    }

    /// <summary>Puts the promises together. Glance's checksum (MD5) counts only where there is nothing better.</summary>
    /// <param name="image">The image.</param>
    /// <param name="given">The caller's own; null: none.</param>
    /// <param name="wantedAlgorithm">The algorithm the caller wants to be told; null: whichever is there.</param>
    /// <param name="log">Hears of a hash that cannot be checked.</param>
    /// <exception cref="ImageDownloadFailedException">What the service promises is no hash.</exception>
    public static HashPromise Of(ServiceImage image, ContentHash? given, string? wantedAlgorithm, IOperationLog log)
    {
        var promises = new List<ContentHash>(2);
        if (given is not null)
        {
            promises.Add(given);
        }

        string? algorithm = given?.Algorithm ?? wantedAlgorithm;
        if (ReadOwn(image, log) is { } own)
        {
            promises.Add(own);
            algorithm ??= string.Equals(own.Algorithm, HashAlgorithms.Md5, StringComparison.Ordinal) ? null : own.Algorithm;
        }

        return new HashPromise(promises, algorithm ?? HashAlgorithms.Sha512, given is not null);
    }

    /// <summary>Holds the data against the promises.</summary>
    /// <returns>The hash to be reported.</returns>
    /// <exception cref="DigestMismatchException">One of them is broken.</exception>
    public ContentHash Verify(ContentHasher hasher, string subject)
    {
        foreach (ContentHash promise in _expected)
        {
            ContentHash actual = hasher.Current(promise.Algorithm);
            if (!string.Equals(actual.Value, promise.Value, StringComparison.Ordinal))
            {
                throw new DigestMismatchException(subject, promise.Algorithm, promise.Value, actual.Value);
            }
        }

        return hasher.Current(_reported);
    }

    private static ContentHash? ReadOwn(ServiceImage image, IOperationLog log)
    {
        try
        {
            if (!string.IsNullOrEmpty(image.OsHashValue))
            {
                if (HashAlgorithms.TryParse(image.OsHashAlgo, out string algorithm))
                {
                    return ContentHash.Parse(image.OsHashValue, algorithm);
                }

                log.Warning($"Image {image.ImageId} has a hash of the algorithm '{image.OsHashAlgo}', which is not known here; it is not checked.");
            }

            return string.IsNullOrEmpty(image.Checksum) ? null : ContentHash.Parse(image.Checksum, HashAlgorithms.Md5);
        }
        catch (InvalidHashException e)
        {
            throw new ImageDownloadFailedException(image.ImageId, $"the hash that the image service promises is none: {e.Message}", e);
        }
    }
}
