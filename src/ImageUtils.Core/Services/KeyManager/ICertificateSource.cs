namespace ImageUtils.Services.KeyManager;

/// <summary>A place that has the certificates with whose keys images were signed.</summary>
public interface ICertificateSource
{
    /// <summary>The most bytes that a certificate may have. Usual ones have 1 to 4 KB.</summary>
    const int LargestCertificate = 64 * 1024;

    /// <summary>The folder, the file or the service, for messages.</summary>
    string Description { get; }

    /// <summary>Finds a certificate.</summary>
    /// <param name="certificateId">Its id: a UUID, written plainly.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The certificate as it is kept, PEM or DER; null: there is none of that id.</returns>
    /// <exception cref="Errors.ServiceUnavailableException">The service cannot be reached.</exception>
    /// <exception cref="Errors.NotAuthorizedException">The service does not let the caller have it.</exception>
    /// <exception cref="Errors.EndpointNotFoundException">The cloud has no key manager.</exception>
    /// <exception cref="IOException">The file cannot be read, or is too long for a certificate.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    Task<ReadOnlyMemory<byte>?> FindAsync(string certificateId, CancellationToken cancellationToken);
}
