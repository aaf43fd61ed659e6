using System.Globalization;
using ImageUtils.Configuration;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Services;
using ImageUtils.Services.KeyManager;

namespace ImageUtils.Transfer.Signatures;

/// <summary>
/// The signature of one image, ready to be held against its data: certificate and key are there and were looked at, so that
/// what can be refused is refused before the data come. The hash that was signed is computed by the
/// <see cref="ContentHasher"/> that sees the data anyway: no data are read for the signature alone.
/// </summary>
internal sealed class SignatureCheck
{
    private readonly string _imageId;
    private readonly byte[] _signature;
    private readonly SigningKey _key;

    private SignatureCheck(string imageId, string algorithm, byte[] signature, SigningKey key)
    {
        _imageId = imageId;
        Algorithm = algorithm;
        _signature = signature;
        _key = key;
    }

    /// <summary>The hash that was signed; the hasher has to compute it.</summary>
    public string Algorithm { get; }

    /// <summary>Whose certificate it is.</summary>
    public required string Subject { get; init; }

    /// <summary>Until when it is valid.</summary>
    public required DateTime ExpiresAt { get; init; }

    /// <summary>Prepares what a fetch has to verify, as option and caller want it (cinder: verify_glance_signatures).</summary>
    /// <param name="context">Options, log.</param>
    /// <param name="service">Where the image is.</param>
    /// <param name="image">The image.</param>
    /// <param name="isRequired">True: an image without a signature is refused, whatever the option says.</param>
    /// <param name="cancellationToken">Ends the search for the certificate.</param>
    /// <returns>The check; null: nothing is to be verified.</returns>
    /// <exception cref="SignatureMissingException">There is none, and one is required.</exception>
    /// <exception cref="SignatureIncompleteException">There are some of its properties only.</exception>
    /// <exception cref="SignatureInvalidException">It cannot be verified: certificate, key, or words that mean nothing.</exception>
    public static async Task<SignatureCheck?> PrepareAsync(OperationContext context, IImageService service, ServiceImage image, bool isRequired, CancellationToken cancellationToken)
    {
        if (!isRequired && !context.Options.VerifySignatures)
        {
            return null;
        }

        SignatureProperties? properties = SignatureProperties.Of(image);
        if (properties is null)
        {
            return isRequired ? throw new SignatureMissingException(image.ImageId) : null;
        }

        return await PrepareAsync(context, properties, image.ImageId, SourceOf(context.Options, service), DateTime.UtcNow, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Prepares the check of a signature.</summary>
    /// <param name="context">Options, log.</param>
    /// <param name="properties">What the image says of it.</param>
    /// <param name="imageId">The image.</param>
    /// <param name="source">Where the certificate is; null: nowhere.</param>
    /// <param name="now">The time in UTC for which the certificate must be valid.</param>
    /// <param name="cancellationToken">Ends the search for the certificate.</param>
    /// <exception cref="SignatureInvalidException">It cannot be verified.</exception>
    public static async Task<SignatureCheck> PrepareAsync(OperationContext context, SignatureProperties properties, string imageId, ICertificateSource? source, DateTime now, CancellationToken cancellationToken)
    {
        string algorithm = SignatureVocabulary.AlgorithmOf(properties.HashMethod)
            ?? throw Refuse($"the hash method '{Shown(properties.HashMethod)}' is not one of {string.Join(", ", SignatureVocabulary.HashMethods)}.");
        if (!SignatureVocabulary.KeyTypes.Contains(properties.KeyType, StringComparer.Ordinal))
        {
            throw Refuse($"the key type '{Shown(properties.KeyType)}' is not one of {string.Join(", ", SignatureVocabulary.KeyTypes)}.");
        }

        byte[] signature = Decode(properties.Signature) ?? throw Refuse("it is not base64, or empty.");
        if (!ImageRules.TryNormalizeId(properties.CertificateId, out _))
        {
            throw Refuse($"the id of its certificate, '{Shown(properties.CertificateId)}', is not a UUID.");
        }

        if (source is null)
        {
            throw new SignatureInvalidException(imageId, $"nobody here has its certificate {properties.CertificateId}: there is no key manager, and no folder of certificates was named.")
            {
                RecommendedAction = "Name the folder with -CertificateDirectory of Connect-ImageService or the option CertificateDirectory.",
            };
        }

        try
        {
            ReadOnlyMemory<byte> content = await source.FindAsync(properties.CertificateId, cancellationToken).ConfigureAwait(false)
                ?? throw Refuse($"its certificate {properties.CertificateId} is not in {source.Description}.");
            using SigningCertificate certificate = SigningCertificate.Read(content.Span);
            RequireValid(certificate, now);
            RequireTrusted(certificate, context, now);
            SigningKey key = certificate.ReadKey();
            return key.Kind == KindOf(properties.KeyType)
                ? new SignatureCheck(imageId, algorithm, signature, key) { Subject = certificate.Subject, ExpiresAt = certificate.NotAfter }
                : throw new InvalidDataException($"its key is not of the type {properties.KeyType}.");
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw Refuse($"its certificate {properties.CertificateId} from {source.Description} cannot be used: {e.Message}", e);
        }

        SignatureInvalidException Refuse(string reason, Exception? cause = null) => new(imageId, reason, cause);
    }

    /// <summary>Where certificates are looked for: the connection's folder, else that of the options, else the cloud's key manager.</summary>
    public static ICertificateSource? SourceOf(ImageUtilsOptions options, IImageService service) =>
        (service.CertificateDirectory ?? options.CertificateDirectory) is { } folder ? new CertificateFolder(folder) : service.KeyManager;

    /// <summary>Holds the signature against the data that the hasher has seen.</summary>
    /// <param name="hasher">Has computed <see cref="Algorithm"/>.</param>
    /// <exception cref="SignatureInvalidException">It is not theirs.</exception>
    public void Verify(ContentHasher hasher)
    {
        byte[] hash = Convert.FromHexString(hasher.Current(Algorithm).Value);
        if (!SignatureMath.Verify(_key, Algorithm, hash, _signature))
        {
            throw new SignatureInvalidException(_imageId, "it is not that of these data, or was made with another key.");
        }
    }

    /// <summary>Reads data for the signature alone, and holds it against them.</summary>
    /// <param name="stream">The data.</param>
    /// <param name="size">How many bytes they are; null: not known.</param>
    /// <param name="context">Hears how far it is.</param>
    /// <param name="onReadError">Turns trouble of the stream into the error that the caller wants to see.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SignatureInvalidException">It is not theirs.</exception>
    public async Task VerifyAsync(Stream stream, long? size, OperationContext context, Func<IOException, Exception> onReadError, CancellationToken cancellationToken)
    {
        using var hasher = new ContentHasher(Algorithm);
        var copy = new ContentCopy
        {
            OnReadError = onReadError,
            OnWriteError = e => e,
            Limit = size,
            Progress = new ProgressMeter(context.Progress, $"Verifying the signature of image {_imageId}", size),
        };
        long read = await copy.RunAsync(stream, Stream.Null, hasher, cancellationToken).ConfigureAwait(false);
        if (size is { } announced && read != announced)
        {
            // Half of the data cannot have the signature; that they are half is what matters.
            throw onReadError(new IOException(string.Create(CultureInfo.InvariantCulture, $"{announced} bytes were announced, and {read} came.")));
        }

        Verify(hasher);
    }

    /// <summary>Holds the signature against a file or a device.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="context">Hears how far it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PathNotFoundException">It is not there.</exception>
    /// <exception cref="ImageUnreadableException">It cannot be read.</exception>
    /// <exception cref="SignatureInvalidException">The signature is not that of its data.</exception>
    public async Task VerifyFileAsync(string path, OperationContext context, CancellationToken cancellationToken)
    {
        PublishContent content = PublishContent.OfFile(path, virtualSize: null);
        await using (content.ConfigureAwait(false))
        {
            await VerifyAsync(content.Stream, content.Size, context, e => new ImageUnreadableException(path, e.Message, e), cancellationToken).ConfigureAwait(false);
        }
    }

    private static void RequireValid(SigningCertificate certificate, DateTime now)
    {
        if (now < certificate.NotBefore || now > certificate.NotAfter)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"it is valid from {certificate.NotBefore:u} to {certificate.NotAfter:u} only."));
        }
    }

    private static void RequireTrusted(SigningCertificate certificate, OperationContext context, DateTime now)
    {
        if (context.Options.TrustedCertificates is not { } path)
        {
            return;
        }

        using TrustedCertificates trusted = TrustedCertificates.Load(path, context.Log);
        if (trusted.Refuse(certificate.Certificate, now) is { } reason)
        {
            throw new InvalidDataException(reason);
        }
    }

    // As in cursive, the curve in a key type's name says nothing about which of the curves the key is of.
    private static SigningKeyKind KindOf(string keyType) => keyType switch
    {
        SignatureVocabulary.RsaPss => SigningKeyKind.Rsa,
        SignatureVocabulary.Dsa => SigningKeyKind.Dsa,
        _ => SigningKeyKind.Elliptic,
    };

    private static byte[]? Decode(string text)
    {
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int count) && count > 0 ? bytes[..count] : null;
    }

    private static string Shown(string text) => text.Length > 64 ? string.Concat(text.AsSpan(0, 64), "…") : text;
}
