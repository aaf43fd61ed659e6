using ImageUtils.Formats;

namespace ImageUtils.Safety.Rules;

/// <summary>Which rules belong to which format.</summary>
internal static class FormatRules
{
    /// <summary>The rules of a format.</summary>
    /// <param name="format">The format.</param>
    /// <returns>The rules.</returns>
    public static IFormatRules Of(DiskFormat format) => format.Name switch
    {
        "qcow2" => new Qcow2Rules(),
        "qcow" => new QcowRules(),
        "qed" => new QedRules(),
        "vmdk" => new VmdkRules(),
        "vhd" => new VhdRules(),
        "vhdx" => new VhdxRules(),
        "vdi" => new VdiRules(),
        "luks" => new LuksRules(),
        "parallels" => new ParallelsRules(),
        "bochs" => new BochsRules(),
        "dmg" => new DmgRules(),
        "cloop" => new CloopRules(),
        "raw" or "iso" or "gpt" or "mbr" => new RawRules(format),
        "gzip" => new GzipRules(),
        "zip" => new ZipRules(),
        "tar" or "ova" => new ArchiveRules(format),
        "xz" or "zstd" or "bzip2" => new CompressedRules(format),
        _ => new ContainerRules(format),
    };
}
