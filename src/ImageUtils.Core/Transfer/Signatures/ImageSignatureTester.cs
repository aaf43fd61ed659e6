using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Services;
using ImageUtils.Services.KeyManager;

namespace ImageUtils.Transfer.Signatures;

/// <summary>
/// Says whether data are those that were signed (cinder's verify_glance_image_signature). What it finds is an answer, not an
/// error, and no file is ever removed.
/// </summary>
public sealed class ImageSignatureTester
{
    private readonly OperationContext _context;
    private readonly IImageService _service;

    /// <summary>Makes the tester.</summary>
    /// <param name="context">Options, progress.</param>
    /// <param name="service">Where the image is.</param>
    public ImageSignatureTester(OperationContext context, IImageService service)
    {
        _context = context;
        _service = service;
    }

    /// <summary>Holds a signature against data. Without a file they are read from the image service and not kept.</summary>
    /// <param name="request">Which one, and which data.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ImageNotFoundException">There is no such image.</exception>
    /// <exception cref="PathNotFoundException">The file is not there.</exception>
    /// <exception cref="ImageUnreadableException">The file cannot be read.</exception>
    /// <exception cref="ImageDownloadFailedException">The image is not active, or its data did not come whole.</exception>
    /// <exception cref="ServiceUnavailableException">The image service or the key manager cannot be reached.</exception>
    /// <exception cref="NotAuthorizedException">One of them does not let the caller in.</exception>
    /// <exception cref="EndpointNotFoundException">The cloud has no key manager.</exception>
    public async Task<ImageSignatureResult> TestAsync(SignatureTestRequest request, CancellationToken cancellationToken)
    {
        if (request.Path is { } path)
        {
            PublishContent.RequireReadable(path);
        }

        ServiceImage image = await _service.GetAsync(request.ImageId, cancellationToken).ConfigureAwait(false);
        var result = new ImageSignatureResult
        {
            SourceImageId = image.ImageId,
            Path = request.Path,
            IsSigned = true,
            IsValid = false,
            KeyType = image.Properties.GetValueOrDefault(SignatureProperties.KeyTypeName),
            HashMethod = image.Properties.GetValueOrDefault(SignatureProperties.HashMethodName),
            CertificateId = image.Properties.GetValueOrDefault(SignatureProperties.CertificateIdName),
        };
        try
        {
            if (SignatureProperties.Of(image) is not { } properties)
            {
                return result with { IsSigned = false, Reason = "The image has no signature." };
            }

            ICertificateSource? source = request.CertificatePath is { } certificate ? new CertificateFile(certificate) : SignatureCheck.SourceOf(_context.Options, _service);
            SignatureCheck check = await SignatureCheck.PrepareAsync(_context, properties, image.ImageId, source, DateTime.UtcNow, cancellationToken).ConfigureAwait(false);
            result = result with { CertificateSubject = check.Subject, CertificateExpiresAt = check.ExpiresAt };
            await (request.Path is null ? VerifyServiceAsync(image, check, cancellationToken) : check.VerifyFileAsync(request.Path, _context, cancellationToken)).ConfigureAwait(false);
            return result with { IsValid = true };
        }
        catch (Exception e) when (e is SignatureInvalidException or SignatureIncompleteException)
        {
            return result with { Reason = e.Message };
        }
    }

    private async Task VerifyServiceAsync(ServiceImage image, SignatureCheck check, CancellationToken cancellationToken)
    {
        ImageDownload.RequireActive(image);
        Func<IOException, Exception> onReadError = e => new ImageDownloadFailedException(image.ImageId, e.Message, e);
        Stream data;
        try
        {
            data = await _service.OpenDataAsync(image.ImageId, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw onReadError(e);
        }

        await using (data.ConfigureAwait(false))
        {
            await check.VerifyAsync(data, image.Size, _context, onReadError, cancellationToken).ConfigureAwait(false);
        }
    }
}
