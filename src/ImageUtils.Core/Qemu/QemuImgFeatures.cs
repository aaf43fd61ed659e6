namespace ImageUtils.Qemu;

/// <summary>What qemu-img can do for us, by its version. There is no machine-readable way to ask it.</summary>
internal static class QemuImgFeatures
{
    /// <summary>The features with the version that brought them (qemu's change log).</summary>
    private static readonly (string Feature, string Since)[] Known =
    [
        ("info", "0"),
        ("convert", "0"),
        ("resize", "0"),
        ("image-opts", "2.6"),
        ("luks", "2.6"),
        ("force-share", "2.10"),
        ("measure", "2.10"),
        ("qcow2-zstd", "5.1"),
    ];

    /// <summary>Lists the features of a version.</summary>
    /// <param name="version">The version; null: unknown, only what every version can is listed.</param>
    /// <returns>Their names.</returns>
    public static IReadOnlyList<string> Of(QemuImgVersion? version) =>
        Known.Where(known => known.Since == "0" || version?.IsAtLeast(QemuImgVersion.Parse(known.Since)!) == true)
            .Select(known => known.Feature)
            .ToArray();
}
