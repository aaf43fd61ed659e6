using ImageUtils.Errors;

namespace ImageUtils.Transfer.Signatures;

/// <summary>What an image says of its signature: the four properties of OpenStack's image signing, all as they stand there.</summary>
public sealed record SignatureProperties
{
    /// <summary>The signature, in base64.</summary>
    public const string SignatureName = "img_signature";

    /// <summary>The hash that was signed.</summary>
    public const string HashMethodName = "img_signature_hash_method";

    /// <summary>The type of the key.</summary>
    public const string KeyTypeName = "img_signature_key_type";

    /// <summary>The id of the certificate.</summary>
    public const string CertificateIdName = "img_signature_certificate_uuid";

    private static readonly string[] Names = [SignatureName, HashMethodName, KeyTypeName, CertificateIdName];

    private SignatureProperties(string signature, string hashMethod, string keyType, string certificateId)
    {
        Signature = signature;
        HashMethod = hashMethod;
        KeyType = keyType;
        CertificateId = certificateId;
    }

    /// <summary>The signature, in base64.</summary>
    public string Signature { get; }

    /// <summary>For example <c>SHA-256</c>.</summary>
    public string HashMethod { get; }

    /// <summary>For example <c>RSA-PSS</c>.</summary>
    public string KeyType { get; }

    /// <summary>The certificate's id.</summary>
    public string CertificateId { get; }

    /// <summary>Reads them.</summary>
    /// <param name="image">The image.</param>
    /// <returns>The properties; null: there is none of them.</returns>
    /// <exception cref="SignatureIncompleteException">There are some of them only.</exception>
    public static SignatureProperties? Of(ServiceImage image)
    {
        string[] missing = Names.Where(name => !image.Properties.ContainsKey(name)).ToArray();
        return missing.Length switch
        {
            0 => new SignatureProperties(image.Properties[SignatureName], image.Properties[HashMethodName], image.Properties[KeyTypeName], image.Properties[CertificateIdName]),
            4 => null,
            _ => throw new SignatureIncompleteException(image.ImageId, missing),
        };
    }
}
