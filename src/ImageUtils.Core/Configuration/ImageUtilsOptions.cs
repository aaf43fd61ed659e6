namespace ImageUtils.Configuration;

/// <summary>The settings of one run, each with its default. <see cref="OptionDefinitions"/> says where each can be set.</summary>
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

    /// <summary>CPU time limit of a conversion or a resize; zero: none.</summary>
    public TimeSpan ConvertCpuLimit { get; init; }

    /// <summary>Address space limit of a conversion or a resize, in bytes; 0: none.</summary>
    public long ConvertAddressSpaceLimit { get; init; }

    /// <summary>The time after which a conversion or a resize by a native program is ended; zero: never.</summary>
    public TimeSpan ConvertTimeLimit { get; init; }

    /// <summary>The time after which a native program that only reads an image is ended; zero: never.</summary>
    public TimeSpan ToolTimeLimit { get; init; } = TimeSpan.FromMinutes(5);

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

    /// <summary>The local image service takes data only where they are what the image's disk format says (Glance: require_image_format_match).</summary>
    public bool RequireImageFormatMatch { get; init; } = true;

    /// <summary>Beginnings of metadata names that are kept back besides the built-in ones (cinder: reserved_image_namespaces).</summary>
    public IReadOnlyList<string> ReservedImageNamespaces { get; init; } = [];

    /// <summary>The speed limit of conversions in bytes a second where the request has none; 0: no limit (cinder: volume_copy_bps_limit).</summary>
    public long VolumeCopyBytesPerSecond { get; init; }

    /// <summary>The pieces in which volumes are copied, in bytes (cinder: volume_dd_blocksize).</summary>
    public long VolumeDdBlockSize { get; init; } = 1L << 20;

    /// <summary>The control group of limited conversions; null: qemu-img limits itself (cinder: volume_copy_blkio_cgroup_name).</summary>
    public string? CgroupName { get; init; }

    /// <summary>Verify signatures of signed images (cinder: verify_glance_signatures).</summary>
    public bool VerifySignatures { get; init; } = true;

    /// <summary>The folder of signers' certificates where the connection names none; null: the key manager is asked.</summary>
    public string? CertificateDirectory { get; init; }

    /// <summary>The file or folder of certificates from which signers' certificates must come; null: whoever keeps certificates for us is trusted.</summary>
    public string? TrustedCertificates { get; init; }

    /// <summary>The format into which images of the service are converted; null: none was chosen (Glance: conversion_format).</summary>
    public string? ConversionFormat { get; init; }

    /// <summary>The folder in which images of the service are converted; null: <see cref="ImageConversionDirectory"/> (Glance: work_dir).</summary>
    public string? TaskWorkDirectory { get; init; }

    /// <summary>How often a call to an image service is tried again (cinder: glance_num_retries).</summary>
    public int RetryCount { get; init; } = 3;

    /// <summary>The folders from which file:// locations may be read.</summary>
    public IReadOnlyList<string> AllowedFileFolders { get; init; } = [];

    /// <summary>The path of vhd-util; null: found on PATH.</summary>
    public string? VhdUtilPath { get; init; }
}
