namespace ImageUtils.Transfer.Signatures;

/// <summary>The kinds of keys with which images are signed.</summary>
internal enum SigningKeyKind
{
    /// <summary>RSA.</summary>
    Rsa,

    /// <summary>DSA.</summary>
    Dsa,

    /// <summary>One of the elliptic curves.</summary>
    Elliptic,
}
