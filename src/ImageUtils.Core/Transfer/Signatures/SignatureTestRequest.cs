namespace ImageUtils.Transfer.Signatures;

/// <summary>Which signature is held against which data.</summary>
public sealed record SignatureTestRequest
{
    /// <summary>The image whose signature it is.</summary>
    public required string ImageId { get; init; }

    /// <summary>The full path of the file or device with the data; null: the image service is asked for them.</summary>
    public string? Path { get; init; }

    /// <summary>The full path of the certificate, whatever id the image names; null: it is looked for by its id.</summary>
    public string? CertificatePath { get; init; }
}
