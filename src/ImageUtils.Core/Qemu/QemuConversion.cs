namespace ImageUtils.Qemu;

/// <summary>A <c>qemu-img convert</c>.</summary>
public sealed record QemuConversion
{
    /// <summary>What is read.</summary>
    public required QemuSource Source { get; init; }

    /// <summary>The path of what is written.</summary>
    public required string DestinationPath { get; init; }

    /// <summary>The format of what is written.</summary>
    public required DiskFormat OutputFormat { get; init; }

    /// <summary>The subformat; null: qemu-img's default.</summary>
    public string? OutputSubformat { get; init; }

    /// <summary>Compress the clusters (qcow2 only, as in cinder).</summary>
    public bool Compress { get; init; }

    /// <summary>Write zeros too (<c>-S 0</c>).</summary>
    public bool DisableSparse { get; init; }

    /// <summary>Go around the page cache (<c>-t none</c>, for block devices that can).</summary>
    public bool DirectIO { get; init; }

    /// <summary>A limit in bytes a second (<c>-r</c>); null: none.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>
    /// The destination is there, and is only written to (<c>-n</c>): for raw on a device, where qemu-img would make a file in
    /// its place if it went away meanwhile.
    /// </summary>
    public bool KeepDestination { get; init; }

    /// <summary>From where qemu-img reads the passphrase of an encrypted source; null: the source is not encrypted.</summary>
    public string? SourceSecretPath { get; init; }

    /// <summary>From where qemu-img reads the passphrase of a LUKS result; null: the result is no LUKS.</summary>
    public string? SecretPath { get; init; }

    /// <summary>The cipher of a LUKS result; null: qemu-img's default.</summary>
    public CipherSpec? Cipher { get; init; }

    /// <summary>Report progress (<c>-p</c>).</summary>
    public bool ShowProgress { get; init; }
}
