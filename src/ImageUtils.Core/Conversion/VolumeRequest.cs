using ImageUtils.Configuration;
using ImageUtils.Processes;

namespace ImageUtils.Conversion;

/// <summary>What a volume shall be and where, whatever it is made from.</summary>
public abstract record VolumeRequest
{
    /// <summary>The full path of the volume; its folder must exist.</summary>
    public required string DestinationPath { get; init; }

    /// <summary>The format of the volume.</summary>
    public required DiskFormat OutputFormat { get; init; }

    /// <summary>The subformat (vhd: dynamic, fixed; vmdk: streamOptimized, …); null: the format's default.</summary>
    public string? OutputSubformat { get; init; }

    /// <summary>Compress the clusters of the result, where the format can.</summary>
    public bool Compress { get; init; }

    /// <summary>Write zeros too, so that nothing old shows through (qemu-img <c>-S 0</c>).</summary>
    public bool DisableSparse { get; init; }

    /// <summary>The cipher of a LUKS volume; null: qemu-img's default (aes-256, xts, plain64).</summary>
    public CipherSpec? Cipher { get; init; }

    /// <summary>The passphrase of a LUKS volume; the caller disposes of it.</summary>
    public Passphrase? Passphrase { get; init; }

    /// <summary>The passphrase of an encrypted source; the caller disposes of it.</summary>
    public Passphrase? SourcePassphrase { get; init; }

    /// <summary>The size in bytes of the volume it must fit in; null: no volume.</summary>
    public long? VolumeSizeBytes { get; init; }

    /// <summary>A limit on the speed in bytes a second; null: the option VolumeCopyBytesPerSecond; 0: none.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>Which engine converts.</summary>
    public ConversionEngineChoice Engine { get; init; }

    /// <summary>Run native tools through the root helper.</summary>
    public bool RunAsRoot { get; init; }

    /// <summary>Overwrite an existing destination; a device also where somebody uses it.</summary>
    public bool Force { get; init; }
}
