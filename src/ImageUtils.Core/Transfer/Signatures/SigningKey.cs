using Org.BouncyCastle.Crypto;

namespace ImageUtils.Transfer.Signatures;

/// <summary>A public key that was looked at: of a kind and a size that verification may be tried with.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Parameters">The key.</param>
internal sealed record SigningKey(SigningKeyKind Kind, ICipherParameters Parameters);
