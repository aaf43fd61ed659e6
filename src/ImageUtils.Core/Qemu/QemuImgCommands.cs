using System.Globalization;

namespace ImageUtils.Qemu;

/// <summary>
/// The words behind <c>qemu-img</c>, in cinder's order (cinder.image.image_utils), with these exceptions: the source's format
/// is always named, VHDs are read with the size that their footer states, a VHD that is written states its exact size, an
/// encrypted source is opened with the driver that our inspector found, and <c>-p</c>, <c>-n</c> and <c>-r</c> stand where
/// progress, a device or a limit asks for them. Pure.
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
        string target = QemuPath.AsArgument(conversion.DestinationPath);
        string[] output = ["-O", NameOf(conversion.OutputFormat)];
        string[] how =
        [
            .. When(conversion.DirectIO, "-t", "none"),
            .. When(conversion.DisableSparse, "-S", "0"),
            .. When(conversion.Compress && conversion.OutputFormat == DiskFormat.Qcow2, "-c"),
            .. When(conversion.MaxBytesPerSecond is > 0, "-r", Number(conversion.MaxBytesPerSecond ?? 0)),
        ];
        string[] begin = ["convert", .. When(conversion.ShowProgress, "-p"), .. When(conversion.KeepDestination, "-n")];
        if (conversion is { SourceSecretPath: { } from, SecretPath: { } to })
        {
            // From LUKS to LUKS cinder writes its words in another order.
            (string[] sourceFormat, string source) = Describe(conversion.Source, QemuLuksWords.SourceId);
            return
            [
                .. begin,
                .. how,
                .. QemuLuksWords.Secret(QemuLuksWords.SourceId, from),
                .. QemuLuksWords.Secret(QemuLuksWords.TargetId, to),
                .. sourceFormat,
                source,
                .. output,
                .. QemuLuksWords.Cipher(conversion.Cipher),
                .. QemuLuksWords.Key(QemuLuksWords.TargetId),
                target,
            ];
        }

        (string[] format, string name) = Describe(conversion.Source, conversion.SourceSecretPath is null ? null : QemuLuksWords.SourceId);
        return
        [
            .. begin,
            .. output,
            .. how,
            .. OutputOptions(conversion),
            .. conversion.SourceSecretPath is { } opens ? QemuLuksWords.Secret(QemuLuksWords.SourceId, opens) : [],
            .. format,
            .. QemuLuksWords.Cipher(conversion.Cipher),
            .. conversion.SecretPath is { } closes ? [.. QemuLuksWords.Secret(QemuLuksWords.OnlyId, closes), .. QemuLuksWords.Key(QemuLuksWords.OnlyId)] : Array.Empty<string>(),
            name,
            target,
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

    private static (string[] Format, string Name) Describe(QemuSource source, string? secretId = null)
    {
        if (secretId is not null)
        {
            return (["--image-opts"], $"{QemuLuksWords.Driver(source.Format, secretId)},{FileOf(source)}");
        }

        if (source.Format != DiskFormat.Vhd)
        {
            return (["-f", NameOf(source.Format)], QemuPath.AsArgument(source.Path));
        }

        // By default qemu believes the CHS geometry of many creators, which cuts the end off a disk that is no multiple of
        // its cylinders (block/vpc.c).
        string size = string.Equals(source.SizeSource, "chs", StringComparison.Ordinal) ? "chs" : "current_size";
        return (["--image-opts"], $"driver=vpc,force_size_calc={size},{FileOf(source)}");
    }

    /// <summary>qemu's driver for files refuses devices.</summary>
    private static string FileOf(QemuSource source) =>
        $"file.driver={(source.IsDevice ? "host_device" : "file")},file.filename={QemuPath.AsOptionValue(source.Path)}";

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
