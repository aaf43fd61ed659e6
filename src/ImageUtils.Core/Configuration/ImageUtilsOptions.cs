namespace ImageUtils.Configuration;

/// <summary>The settings of one run, each with its default. The names in cinder.conf stand in SURFACE order.</summary>
public sealed record ImageUtilsOptions
{
    /// <summary>Where temporary images are kept (cinder: image_conversion_dir).</summary>
    public required string ImageConversionDirectory { get; init; }

    /// <summary>The folder of the local image service that is used when no connection was made.</summary>
    public required string LocalImageDirectory { get; init; }

    /// <summary>A suffix for temporary files, so that one backend's can be told from another's; null: none.</summary>
    public string? BackendName { get; init; }

    /// <summary>Compress qcow2 on upload (cinder: image_compress_on_upload).</summary>
    public bool CompressOnUpload { get; init; } = true;

    /// <summary>CPU time limit of <c>qemu-img info</c> (cinder: image_conversion_cpu_limit, seconds).</summary>
    public TimeSpan ConversionCpuLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Address space limit of <c>qemu-img info</c>, in bytes (cinder: image_conversion_address_space_limit, GiB).</summary>
    public long ConversionAddressSpaceLimit { get; init; } = 1L << 30;

    /// <summary>No conversion at all (cinder: image_conversion_disable).</summary>
    public bool ConversionDisabled { get; init; }

    /// <summary>VMDK createTypes that are allowed (cinder: vmdk_allowed_types).</summary>
    public IReadOnlyList<string> VmdkAllowedTypes { get; init; } = ["streamOptimized", "monolithicSparse"];

    /// <summary>The words in front of a command that needs root (cinder: root_helper).</summary>
    public IReadOnlyList<string> RootHelper { get; init; } = ["sudo", "-n"];

    /// <summary>The path of qemu-img; null: found on PATH.</summary>
    public string? QemuImgPath { get; init; }

    /// <summary>Take images whose container is compressed (cinder: allow_compression_on_image_upload).</summary>
    public bool AllowCompressionOnUpload { get; init; }

    /// <summary>Beginnings of metadata names that are kept back besides the built-in ones (cinder: reserved_image_namespaces).</summary>
    public IReadOnlyList<string> ReservedImageNamespaces { get; init; } = [];
}
