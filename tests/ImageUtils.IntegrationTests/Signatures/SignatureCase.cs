namespace ImageUtils.IntegrationTests.Signatures;

/// <summary>One signature and the file it is held against.</summary>
/// <param name="Certificate">The path of the certificate.</param>
/// <param name="Data">The path of the data.</param>
/// <param name="KeyType">What an image calls the key.</param>
/// <param name="HashMethod">What it calls the hash.</param>
/// <param name="Signature">In base64.</param>
public sealed record SignatureCase(string Certificate, string Data, string KeyType, string HashMethod, string Signature);
