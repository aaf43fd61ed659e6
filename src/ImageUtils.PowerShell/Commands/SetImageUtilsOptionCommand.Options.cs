using System.Management.Automation;
using ImageUtils.PowerShell.Completers;

namespace ImageUtils.PowerShell.Commands;

/// <summary>The options of <c>Set-ImageUtilsOption</c>: a parameter each, by the name it has in the table of options.</summary>
public sealed partial class SetImageUtilsOptionCommand
{
    /// <summary>The folder of temporary images (cinder: image_conversion_dir).</summary>
    [Parameter]
    public string? ImageConversionDirectory { get; set; }

    /// <summary>The folder of the local image service that is used when no connection was made.</summary>
    [Parameter]
    public string? LocalImageDirectory { get; set; }

    /// <summary>The end of the names of temporary files, by which a clean-up tells one backend's files from another's.</summary>
    [Parameter]
    public string? BackendName { get; set; }

    /// <summary>Compress qcow2 images when a volume is published (cinder: image_compress_on_upload).</summary>
    [Parameter]
    public bool CompressOnUpload { get; set; }

    /// <summary>The CPU time after which qemu-img info is stopped, in seconds or as a time span (cinder: image_conversion_cpu_limit).</summary>
    [Parameter]
    [SecondsTransformation]
    public int ConversionCpuLimit { get; set; }

    /// <summary>The address space that qemu-img info may use, in bytes or as a text such as 1GiB (cinder: image_conversion_address_space_limit).</summary>
    [Parameter]
    [SizeTransformation]
    public long ConversionAddressSpaceLimit { get; set; }

    /// <summary>The CPU time after which qemu-img convert or resize is stopped, in seconds or as a time span; 0: no limit.</summary>
    [Parameter]
    [SecondsTransformation]
    public int ConvertCpuLimit { get; set; }

    /// <summary>The address space that qemu-img convert or resize may use, in bytes or as a text such as 4GiB; 0: no limit.</summary>
    [Parameter]
    [SizeTransformation]
    public long ConvertAddressSpaceLimit { get; set; }

    /// <summary>The time after which qemu-img convert or resize is stopped, in seconds or as a time span; 0: no limit.</summary>
    [Parameter]
    [SecondsTransformation]
    public int ConvertTimeLimit { get; set; }

    /// <summary>The time after which a program that only reads an image is stopped, in seconds or as a time span; 0: no limit.</summary>
    [Parameter]
    [SecondsTransformation]
    public int ToolTimeLimit { get; set; }

    /// <summary>Refuse to convert between formats when an image becomes a volume or a volume an image (cinder: image_conversion_disable).</summary>
    [Parameter]
    public bool ConversionDisabled { get; set; }

    /// <summary>The VMDK createTypes that are accepted; an empty list accepts none (cinder: vmdk_allowed_types).</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[]? VmdkAllowedTypes { get; set; }

    /// <summary>Beginnings of metadata names that are kept back besides the built-in ones (cinder: reserved_image_namespaces).</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[]? ReservedImageNamespaces { get; set; }

    /// <summary>Accept and make images whose container is compressed (cinder: allow_compression_on_image_upload).</summary>
    [Parameter]
    public bool AllowCompressionOnUpload { get; set; }

    /// <summary>The local image service takes data only where they are what the image's disk format says (Glance: require_image_format_match).</summary>
    [Parameter]
    public bool RequireImageFormatMatch { get; set; }

    /// <summary>The most bytes a second that a conversion writes where no parameter says otherwise; 0: no limit (cinder: volume_copy_bps_limit).</summary>
    [Parameter]
    [SizeTransformation]
    public long VolumeCopyBytesPerSecond { get; set; }

    /// <summary>The pieces in which volumes are copied, in bytes or as a text such as 1M (cinder: volume_dd_blocksize).</summary>
    [Parameter]
    [SizeTransformation]
    public long VolumeDdBlockSize { get; set; }

    /// <summary>The control group by which the kernel limits what qemu-img reads and writes; not set: qemu-img limits what it writes (cinder: volume_copy_blkio_cgroup_name).</summary>
    [Parameter]
    public string? CgroupName { get; set; }

    /// <summary>Verify the signature of a signed image while it is fetched (cinder: verify_glance_signatures).</summary>
    [Parameter]
    public bool VerifySignatures { get; set; }

    /// <summary>The folder of signers' certificates where the connection names none; not set: the key manager is asked.</summary>
    [Parameter]
    public string? CertificateDirectory { get; set; }

    /// <summary>The file or folder of certificates and authorities that signers' certificates must come from; not set: every one counts.</summary>
    [Parameter]
    public string? TrustedCertificates { get; set; }

    /// <summary>The disk format into which images of the service are converted where no parameter says otherwise (Glance: conversion_format).</summary>
    [Parameter]
    [ArgumentCompleter(typeof(DiskFormatCompleter))]
    public string? ConversionFormat { get; set; }

    /// <summary>The folder in which images of the service are converted (Glance: work_dir).</summary>
    [Parameter]
    public string? TaskWorkDirectory { get; set; }

    /// <summary>The words in front of a command that is to run as root; one text is taken apart at its spaces.</summary>
    [Parameter]
    public string[]? RootHelper { get; set; }

    /// <summary>How often a call to an image service is tried again (cinder: glance_num_retries).</summary>
    [Parameter]
    public int RetryCount { get; set; }

    /// <summary>The folders from which images with file:// locations may be read.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[]? AllowedFileFolders { get; set; }

    /// <summary>The name or path of qemu-img.</summary>
    [Parameter]
    public string? QemuImgPath { get; set; }

    /// <summary>The name or path of vhd-util.</summary>
    [Parameter]
    public string? VhdUtilPath { get; set; }
}
