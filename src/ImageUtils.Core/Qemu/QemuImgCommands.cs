using System.Globalization;

namespace ImageUtils.Qemu;

/// <summary>
/// The words behind <c>qemu-img</c>, in cinder's order (cinder.image.image_utils), with these exceptions: the source's format
/// is always named, VHDs are read with the size that their footer states, a VHD that is written states its exact size, and
/// <c>-p</c> and <c>-r</c> stand where progress or a limit is asked for. Pure.
/// </summary>
public static class QemuImgCommands
{
    private const long GiB = 1L << 30;

    /// <summary><c>info</c> with the answer as JSON.</summary>
    /// <param name="source">The image.</param>
    /// <param name="forceShare">Read it although somebody has it open for writing.</param>
    /// <returns>The words.</returns>
    public static IReadOnlyList<string> Info(QemuSource source, bool forceShare)
    {
        (string[] format, string name) = Describe(source);
        return ["info", .. format, "--output=json", .. When(forceShare, "--force-share"), name];
    }

    /// <summary><c>convert</c>.</summary>
    /// <param name="conversion">What to convert, and how.</param>
    /// <returns>The words.</returns>
    public static IReadOnlyList<string> Convert(QemuConversion conversion)
    {
        (string[] format, string name) = Describe(conversion.Source);
        return
        [
            "convert",
            .. When(conversion.ShowProgress, "-p"),
            "-O",
            NameOf(conversion.OutputFormat),
            .. When(conversion.DirectIO, "-t", "none"),
            .. When(conversion.DisableSparse, "-S", "0"),
            .. When(conversion.Compress && conversion.OutputFormat == DiskFormat.Qcow2, "-c"),
            .. When(conversion.MaxBytesPerSecond is > 0, "-r", Number(conversion.MaxBytesPerSecond ?? 0)),
            .. OutputOptions(conversion),
            .. format,
            name,
            QemuPath.AsArgument(conversion.DestinationPath),
        ];
    }

    /// <summary><c>resize</c>.</summary>
    /// <param name="path">The image.</param>
    /// <param name="format">Its format.</param>
    /// <param name="sizeBytes">The new size in bytes; whole GiB are written so, as cinder does.</param>
    /// <param name="shrink">Allow it to become smaller, which loses what lies behind the new end.</param>
    /// <returns>The words.</returns>
    public static IReadOnlyList<string> Resize(string path, DiskFormat format, long sizeBytes, bool shrink) =>
    [
        "resize",
        "-f",
        NameOf(format),
        .. When(shrink, "--shrink"),
        QemuPath.AsArgument(path),
        sizeBytes % GiB == 0 ? Number(sizeBytes / GiB) + "G" : Number(sizeBytes),
    ];

    /// <summary><c>measure</c> with the answer as JSON: the space a conversion would take.</summary>
    /// <param name="source">The image.</param>
    /// <param name="outputFormat">The format of the result.</param>
    /// <param name="clusterSize">The clusters of the result, in bytes; null: the format's default.</param>
    /// <returns>The words.</returns>
    public static IReadOnlyList<string> Measure(QemuSource source, DiskFormat outputFormat, long? clusterSize = null)
    {
        (string[] format, string name) = Describe(source);
        return
        [
            "measure",
            "--output=json",
            "-O",
            NameOf(outputFormat),
            .. When(clusterSize is not null, "-o", "cluster_size=" + Number(clusterSize ?? 0)),
            .. format,
            name,
        ];
    }

    /// <summary><c>--version</c>.</summary>
    /// <returns>The words.</returns>
    public static IReadOnlyList<string> Version() => ["--version"];

    private static (string[] Format, string Name) Describe(QemuSource source)
    {
        if (source.Format != DiskFormat.Vhd)
        {
            return (["-f", NameOf(source.Format)], QemuPath.AsArgument(source.Path));
        }

        // By default qemu believes the CHS geometry of many creators, which cuts the end off a disk that is no multiple of
        // its cylinders (block/vpc.c).
        string size = string.Equals(source.SizeSource, "chs", StringComparison.Ordinal) ? "chs" : "current_size";
        return (["--image-opts"], $"driver=vpc,force_size_calc={size},file.driver=file,file.filename={QemuPath.AsOptionValue(source.Path)}");
    }

    private static string[] OutputOptions(QemuConversion conversion)
    {
        var options = new List<string>();
        if (conversion.OutputSubformat is { Length: > 0 } subformat)
        {
            options.Add("subformat=" + subformat.Replace(",", ",,", StringComparison.Ordinal));
        }

        if (conversion.OutputFormat == DiskFormat.Vhd)
        {
            // Without it qemu rounds the size up to a whole number of cylinders.
            options.Add("force_size=on");
        }

        return options.Count == 0 ? [] : ["-o", string.Join(',', options)];
    }

    private static string NameOf(DiskFormat format) =>
        format.QemuName ?? throw new ArgumentException($"qemu-img has no name for {format}.", nameof(format));

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string[] When(bool condition, params string[] words) => condition ? words : [];
}
