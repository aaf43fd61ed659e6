namespace ImageUtils;

/// <summary>What <c>Test-ImageSignature</c> and <c>imageutils verify-signature</c> found.</summary>
public sealed record ImageSignatureResult
{
    /// <summary>The image whose signature was looked at.</summary>
    public required string SourceImageId { get; init; }

    /// <summary>The full path of the file that was held against it; null: the image service's own data were.</summary>
    public string? Path { get; init; }

    /// <summary>True where the image has properties of a signature, be they complete or not.</summary>
    public required bool IsSigned { get; init; }

    /// <summary>True where the signature is that of the data, made with the key of a certificate that counts.</summary>
    public required bool IsValid { get; init; }

    /// <summary>The type of the key as the image names it, for example <c>RSA-PSS</c>; null: not named.</summary>
    public string? KeyType { get; init; }

    /// <summary>The hash method as the image names it, for example <c>SHA-256</c>; null: not named.</summary>
    public string? HashMethod { get; init; }

    /// <summary>The id of the certificate; null: not named.</summary>
    public string? CertificateId { get; init; }

    /// <summary>Whose certificate it is (X.500); null: it was not got.</summary>
    public string? CertificateSubject { get; init; }

    /// <summary>Until when the certificate is valid, in UTC; null: it was not got.</summary>
    public DateTime? CertificateExpiresAt { get; init; }

    /// <summary>Why it is not valid; null: it is.</summary>
    public string? Reason { get; init; }
}
