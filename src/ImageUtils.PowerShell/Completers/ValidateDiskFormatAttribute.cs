using System.Management.Automation;

namespace ImageUtils.PowerShell.Completers;

/// <summary>Refuses a name that no disk format has, in the moment it is bound.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ValidateDiskFormatAttribute : ValidateArgumentsAttribute
{
    /// <summary>True: a name of the image service that is no format of its own (ami) is fine too.</summary>
    public bool AllowMachineImage { get; set; }

    /// <summary>True: only a format that can be written.</summary>
    public bool MustWrite { get; set; }

    /// <inheritdoc/>
    protected override void Validate(object arguments, EngineIntrinsics engineIntrinsics)
    {
        string name = LanguagePrimitives.ConvertTo<string>(arguments);
        if (AllowMachineImage && string.Equals(name, "ami", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        if (!DiskFormat.TryParse(name, out DiskFormat? format))
        {
            throw new ValidationMetadataException($"'{name}' is not a disk format. Known formats: {Names(DiskFormat.All)}.");
        }

        if (MustWrite && !format.CanWrite)
        {
            throw new ValidationMetadataException($"'{name}' cannot be written. Formats that can: {Names(DiskFormat.All.Where(known => known.CanWrite))}.");
        }
    }

    private static string Names(IEnumerable<DiskFormat> formats) => string.Join(", ", formats.Select(format => format.Name));
}
