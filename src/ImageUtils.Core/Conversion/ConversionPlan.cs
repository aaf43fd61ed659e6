using ImageUtils.Configuration;
using ImageUtils.Qemu;

namespace ImageUtils.Conversion;

/// <summary>How a conversion will be done; made before anything is written.</summary>
public sealed record ConversionPlan
{
    /// <summary>Who does it; never <see cref="ConversionEngineChoice.Auto"/>.</summary>
    public required ConversionEngineChoice Engine { get; init; }

    /// <summary>What is read, with the format that was found.</summary>
    public required QemuSource Source { get; init; }

    /// <summary>The bytes of the source file.</summary>
    public required long SourceLength { get; init; }

    /// <summary>Of these, the bytes from the beginning that are the disk's content; only the managed engine needs it.</summary>
    public required long ContentLength { get; init; }

    /// <summary>The format of the result; a disk of plain bytes is raw, whatever a guest wrote on it.</summary>
    public required DiskFormat OutputFormat { get; init; }

    /// <summary>The subformat of the result as qemu-img spells it; null: the format's default.</summary>
    public string? OutputSubformat { get; init; }

    /// <summary>The size of the disk inside, in bytes; the result must have the same.</summary>
    public required long VirtualSize { get; init; }

    /// <summary>The least number of bytes that the result will take, as far as that is known beforehand.</summary>
    public required long RequiredBytes { get; init; }

    /// <summary>Compress the clusters.</summary>
    public bool Compress { get; init; }

    /// <summary>Write zeros too.</summary>
    public bool DisableSparse { get; init; }

    /// <summary>A limit on the speed in bytes a second; null: none.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>The cipher of a LUKS result; null: qemu-img's default.</summary>
    public CipherSpec? Cipher { get; init; }

    /// <summary>Run native tools through the root helper.</summary>
    public bool RunAsRoot { get; init; }

    /// <summary>True where the plan cannot be done without qemu-img.</summary>
    public bool NeedsQemuImg => Engine == ConversionEngineChoice.QemuImg;

    /// <summary>The engine's name in results.</summary>
    public string EngineName => NeedsQemuImg ? QemuImg.ToolName : "managed";

    /// <summary>The conversion as qemu-img is asked for it.</summary>
    /// <param name="destinationPath">Where it writes.</param>
    /// <returns>The conversion.</returns>
    public QemuConversion ToQemuConversion(string destinationPath) => new()
    {
        Source = Source,
        DestinationPath = destinationPath,
        OutputFormat = OutputFormat,
        OutputSubformat = OutputSubformat,
        Compress = Compress,
        DisableSparse = DisableSparse,
        MaxBytesPerSecond = MaxBytesPerSecond,
        Cipher = Cipher,
    };
}
