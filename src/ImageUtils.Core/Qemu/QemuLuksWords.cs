namespace ImageUtils.Qemu;

/// <summary>The words about passphrases and ciphers, with the ids that cinder uses. Pure.</summary>
internal static class QemuLuksWords
{
    /// <summary>The passphrase of a LUKS result, where it is the only one.</summary>
    public const string OnlyId = "luks_sec";

    /// <summary>The passphrase of an encrypted source.</summary>
    public const string SourceId = "sec1";

    /// <summary>The passphrase of a LUKS result, where the source has one too.</summary>
    public const string TargetId = "sec2";

    /// <summary>Says where a passphrase is read from; its bytes count as they are.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="path">A path that qemu-img can open.</param>
    /// <returns>The words.</returns>
    public static string[] Secret(string id, string path) =>
        ["--object", $"secret,id={id},format=raw,file={path.Replace(",", ",,", StringComparison.Ordinal)}"];

    /// <summary>Says which passphrase locks the result.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>The words.</returns>
    public static string[] Key(string id) => ["-o", $"key-secret={id}"];

    /// <summary>Says how the result is encrypted.</summary>
    /// <param name="cipher">The cipher; null: as qemu-img does by default.</param>
    /// <returns>The words; none for the default.</returns>
    public static string[] Cipher(CipherSpec? cipher)
    {
        if (cipher is null)
        {
            return [];
        }

        // dm-crypt writes the hash of essiv behind a colon; to qemu it is an option of its own.
        string[] generator = cipher.IvGenerator.Split(':', 2);
        string hash = generator.Length > 1 ? $",ivgen-hash-alg={generator[1]}" : string.Empty;
        return ["-o", $"cipher-alg={cipher.CipherAlgorithm},cipher-mode={cipher.CipherMode},ivgen-alg={generator[0]}{hash}"];
    }

    /// <summary>Opens an encrypted source with the driver of its format; a plain LUKS takes its key directly.</summary>
    /// <param name="format">LUKS, or qcow2 with LUKS inside.</param>
    /// <param name="secretId">The id of its passphrase.</param>
    /// <returns>The beginning of an image option.</returns>
    /// <exception cref="ArgumentException">Images of this format are never encrypted.</exception>
    public static string Driver(DiskFormat format, string secretId) => format switch
    {
        _ when format == DiskFormat.Luks => $"driver=luks,key-secret={secretId}",
        _ when format == DiskFormat.Qcow2 => $"driver=qcow2,encrypt.format=luks,encrypt.key-secret={secretId}",
        _ => throw new ArgumentException($"{format} is not encrypted with LUKS.", nameof(format)),
    };
}
