using System.Diagnostics.CodeAnalysis;

namespace ImageUtils.Configuration;

/// <summary>
/// The table of all options. Environment variables, the user's file, the import of a cinder.conf, the cmdlets and the
/// command line all go by it. Names and defaults of cinder: cinder/image/image_utils.py, cinder/common/config.py,
/// cinder/volume/driver.py; of Glance: glance/async_/flows/convert.py, glance/common/config.py.
/// </summary>
public static class OptionDefinitions
{
    private const string TaskFlowGroup = "taskflow_executor";

    /// <summary>All options, in the order in which they are shown.</summary>
    public static IReadOnlyList<OptionDefinition> All { get; } =
    [
        new()
        {
            Name = nameof(ImageUtilsOptions.ImageConversionDirectory),
            Kind = OptionKind.Folder,
            Description = "The folder of temporary images.",
            CinderKeys = [Key("image_conversion_dir")],
            Get = options => options.ImageConversionDirectory,
            With = (options, value) => options with { ImageConversionDirectory = (string)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.LocalImageDirectory),
            Kind = OptionKind.Folder,
            Description = "The folder of the local image service that is used when no connection was made.",
            Get = options => options.LocalImageDirectory,
            With = (options, value) => options with { LocalImageDirectory = (string)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.BackendName),
            Kind = OptionKind.FileNameSuffix,
            Description = "The end of the names of temporary files, by which a clean-up tells one backend's files from another's.",
            Get = options => options.BackendName,
            With = (options, value) => options with { BackendName = (string)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.CompressOnUpload),
            Kind = OptionKind.Switch,
            Description = "Compress qcow2 images when a volume is published.",
            CinderKeys = [Key("image_compress_on_upload")],
            Get = options => options.CompressOnUpload,
            With = (options, value) => options with { CompressOnUpload = (bool)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.ConversionCpuLimit),
            Kind = OptionKind.Seconds,
            Description = "The CPU time in seconds after which 'qemu-img info' is stopped.",
            CinderKeys = [Key("image_conversion_cpu_limit")],
            Get = options => (int)options.ConversionCpuLimit.TotalSeconds,
            With = (options, value) => options with { ConversionCpuLimit = TimeSpan.FromSeconds((int)value) },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.ConversionAddressSpaceLimit),
            Kind = OptionKind.Size,
            Description = "The address space in bytes that 'qemu-img info' may use.",
            CinderKeys = [Key("image_conversion_address_space_limit")],
            CinderUnit = 1L << 30,

            // cinder counts it in GiB; somebody who writes 1 here means that, and no program starts with so little.
            Smallest = 1L << 20,
            Get = options => options.ConversionAddressSpaceLimit,
            With = (options, value) => options with { ConversionAddressSpaceLimit = (long)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.ConvertCpuLimit),
            Kind = OptionKind.Seconds,
            Description = "The CPU time in seconds after which 'qemu-img convert' or 'resize' is stopped; 0: no limit.",
            Smallest = 0,
            Get = options => (int)options.ConvertCpuLimit.TotalSeconds,
            With = (options, value) => options with { ConvertCpuLimit = TimeSpan.FromSeconds((int)value) },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.ConvertAddressSpaceLimit),
            Kind = OptionKind.Size,
            Description = "The address space in bytes that 'qemu-img convert' or 'resize' may use; 0: no limit.",
            Smallest = 0,
            Get = options => options.ConvertAddressSpaceLimit,
            With = (options, value) => options with { ConvertAddressSpaceLimit = (long)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.ConvertTimeLimit),
            Kind = OptionKind.Seconds,
            Description = "The time in seconds after which 'qemu-img convert' or 'resize' is stopped; 0: no limit.",
            Smallest = 0,
            Get = options => (int)options.ConvertTimeLimit.TotalSeconds,
            With = (options, value) => options with { ConvertTimeLimit = TimeSpan.FromSeconds((int)value) },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.ToolTimeLimit),
            Kind = OptionKind.Seconds,
            Description = "The time in seconds after which a program that only reads an image is stopped; 0: no limit.",
            Smallest = 0,
            Get = options => (int)options.ToolTimeLimit.TotalSeconds,
            With = (options, value) => options with { ToolTimeLimit = TimeSpan.FromSeconds((int)value) },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.ConversionDisabled),
            Kind = OptionKind.Switch,
            Description = "Refuse to convert between formats when an image becomes a volume or a volume an image.",
            CinderKeys = [Key("image_conversion_disable")],
            Get = options => options.ConversionDisabled,
            With = (options, value) => options with { ConversionDisabled = (bool)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.VmdkAllowedTypes),
            Kind = OptionKind.List,
            Description = "The VMDK createTypes that are accepted; an empty list accepts none.",
            CinderKeys = [Key("vmdk_allowed_types"), new("image_format", "vmdk_allowed_types")],
            Get = options => options.VmdkAllowedTypes,
            With = (options, value) => options with { VmdkAllowedTypes = (IReadOnlyList<string>)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.ReservedImageNamespaces),
            Kind = OptionKind.List,
            Description = "Beginnings of metadata names that are kept back when a volume is published, besides the built-in ones.",
            CinderKeys = [Key("reserved_image_namespaces")],
            Get = options => options.ReservedImageNamespaces,
            With = (options, value) => options with { ReservedImageNamespaces = (IReadOnlyList<string>)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.AllowCompressionOnUpload),
            Kind = OptionKind.Switch,
            Description = "Accept and make images whose container is compressed.",
            CinderKeys = [Key("allow_compression_on_image_upload")],
            Get = options => options.AllowCompressionOnUpload,
            With = (options, value) => options with { AllowCompressionOnUpload = (bool)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.RequireImageFormatMatch),
            Kind = OptionKind.Switch,
            Description = "The local image service takes data only where they are safe and what the image's disk format says.",
            CinderKeys = [new("image_format", "require_image_format_match")],
            Get = options => options.RequireImageFormatMatch,
            With = (options, value) => options with { RequireImageFormatMatch = (bool)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.VolumeCopyBytesPerSecond),
            Kind = OptionKind.Size,
            Description = "The most bytes a second that a conversion writes where no parameter says otherwise; 0: no limit.",
            CinderKeys = [Key("volume_copy_bps_limit")],
            IsBackendOption = true,
            Smallest = 0,
            Get = options => options.VolumeCopyBytesPerSecond,
            With = (options, value) => options with { VolumeCopyBytesPerSecond = (long)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.VolumeDdBlockSize),
            Kind = OptionKind.Size,
            Description = "The size in bytes of the pieces in which volumes are copied.",
            CinderKeys = [Key("volume_dd_blocksize")],
            IsBackendOption = true,
            Get = options => options.VolumeDdBlockSize,
            With = (options, value) => options with { VolumeDdBlockSize = (long)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.CgroupName),
            Kind = OptionKind.Text,
            Description = "The control group (blkio, io) by which the kernel limits what qemu-img reads and writes; without it qemu-img limits what it writes.",
            CinderKeys = [Key("volume_copy_blkio_cgroup_name")],
            IsBackendOption = true,
            Get = options => options.CgroupName,
            With = (options, value) => options with { CgroupName = (string)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.VerifySignatures),
            Kind = OptionKind.Switch,
            Description = "Verify the signature of a signed image while it is fetched.",
            CinderKeys = [Key("verify_glance_signatures"), new("glance", "verify_glance_signatures")],
            Get = options => options.VerifySignatures,
            With = (options, value) => options with { VerifySignatures = (bool)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.CertificateDirectory),
            Kind = OptionKind.Folder,
            Description = "The folder of signers' certificates, each in a file named by its id, where the connection names none; without it the key manager is asked.",
            Get = options => options.CertificateDirectory,
            With = (options, value) => options with { CertificateDirectory = (string)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.TrustedCertificates),
            Kind = OptionKind.Folder,
            Description = "The file or folder of certificates and authorities that signers' certificates must come from; without it every certificate that is found counts.",
            Get = options => options.TrustedCertificates,
            With = (options, value) => options with { TrustedCertificates = (string)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.ConversionFormat),
            Kind = OptionKind.DiskFormat,
            Description = "The disk format into which images of the service are converted where no parameter says otherwise.",
            CinderKeys = [new(TaskFlowGroup, "conversion_format"), Key("conversion_format"), new("image_conversion", "output_format")],
            Get = options => options.ConversionFormat,
            With = (options, value) => options with { ConversionFormat = (string)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.TaskWorkDirectory),
            Kind = OptionKind.Folder,
            Description = "The folder in which images of the service are converted; without it the folder of temporary images.",
            CinderKeys = [new("task", "work_dir"), Key("work_dir")],
            Get = options => options.TaskWorkDirectory,
            With = (options, value) => options with { TaskWorkDirectory = (string)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.RootHelper),
            Kind = OptionKind.Words,
            Description = "The words in front of a command that is to run as root; not used by root and on Windows.",
            CinderKeys = [Key(CinderConfImport.RootHelperKey), Key(CinderConfImport.RootwrapKey)],
            Get = options => options.RootHelper,
            With = (options, value) => options with { RootHelper = (IReadOnlyList<string>)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.RetryCount),
            Kind = OptionKind.Count,
            Description = "How often a call to an image service is tried again.",
            CinderKeys = [Key("glance_num_retries"), new("glance", "num_retries"), new("glance", "glance_num_retries")],
            Smallest = 0,
            Get = options => options.RetryCount,
            With = (options, value) => options with { RetryCount = (int)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.AllowedFileFolders),
            Kind = OptionKind.FolderList,
            Description = "The folders from which images with file:// locations may be read; none by default.",
            Get = options => options.AllowedFileFolders,
            With = (options, value) => options with { AllowedFileFolders = (IReadOnlyList<string>)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.QemuImgPath),
            Kind = OptionKind.Program,
            Description = "The name or path of qemu-img; without it PATH is searched.",
            Get = options => options.QemuImgPath,
            With = (options, value) => options with { QemuImgPath = (string)value },
        },
        new()
        {
            Name = nameof(ImageUtilsOptions.VhdUtilPath),
            Kind = OptionKind.Program,
            Description = "The name or path of vhd-util; without it PATH is searched.",
            Get = options => options.VhdUtilPath,
            With = (options, value) => options with { VhdUtilPath = (string)value },
        },
    ];

    /// <summary>Finds an option.</summary>
    /// <param name="name">Its name, in any case.</param>
    /// <param name="definition">The option; null: there is none.</param>
    /// <returns>True where it was found.</returns>
    public static bool TryFind(string? name, [NotNullWhen(true)] out OptionDefinition? definition)
    {
        definition = All.FirstOrDefault(known => string.Equals(known.Name, name, StringComparison.OrdinalIgnoreCase));
        return definition is not null;
    }

    private static CinderKey Key(string name) => new(CinderKey.DefaultGroup, name);
}
