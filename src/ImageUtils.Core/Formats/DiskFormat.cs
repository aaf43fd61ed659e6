using System.Diagnostics.CodeAnalysis;

namespace ImageUtils;

/// <summary>
/// A disk image format with its names: ours, qemu's and Glance's. This is the only table of them.
/// </summary>
public sealed class DiskFormat : IEquatable<DiskFormat>
{
    private DiskFormat(string name, string? qemuName, string? glanceName, string extension)
    {
        Name = name;
        QemuName = qemuName;
        GlanceName = glanceName;
        Extension = extension;
    }

    /// <summary>No format: the bytes are the disk.</summary>
    public static DiskFormat Raw { get; } = new("raw", "raw", "raw", "raw") { CanRead = true, CanWrite = true };

    /// <summary>qcow version 1.</summary>
    public static DiskFormat Qcow { get; } = new("qcow", "qcow", null, "qcow") { CanRead = true };

    /// <summary>qcow2, versions 2 and 3.</summary>
    public static DiskFormat Qcow2 { get; } = new("qcow2", "qcow2", "qcow2", "qcow2") { CanRead = true, CanWrite = true, CanCompress = true };

    /// <summary>QEMU enhanced disk.</summary>
    public static DiskFormat Qed { get; } = new("qed", "qed", null, "qed") { CanRead = true };

    /// <summary>VMware virtual disk.</summary>
    public static DiskFormat Vmdk { get; } = new("vmdk", "vmdk", "vmdk", "vmdk") { CanRead = true, CanWrite = true, CanCompress = true };

    /// <summary>Virtual PC and Hyper-V, first generation.</summary>
    public static DiskFormat Vhd { get; } = new("vhd", "vpc", "vhd", "vhd") { CanRead = true, CanWrite = true };

    /// <summary>Hyper-V, second generation.</summary>
    public static DiskFormat Vhdx { get; } = new("vhdx", "vhdx", "vhdx", "vhdx") { CanRead = true, CanWrite = true };

    /// <summary>VirtualBox.</summary>
    public static DiskFormat Vdi { get; } = new("vdi", "vdi", "vdi", "vdi") { CanRead = true, CanWrite = true };

    /// <summary>LUKS, versions 1 and 2; a conversion takes version 1 and its passphrase.</summary>
    public static DiskFormat Luks { get; } = new("luks", "luks", null, "luks") { CanRead = true, CanWrite = true };

    /// <summary>Parallels, ploop.</summary>
    public static DiskFormat Parallels { get; } = new("parallels", "parallels", "ploop", "hdd") { CanRead = true, CanWrite = true };

    /// <summary>Bochs growing disk.</summary>
    public static DiskFormat Bochs { get; } = new("bochs", "bochs", null, "img") { CanRead = true };

    /// <summary>Apple disk image.</summary>
    public static DiskFormat Dmg { get; } = new("dmg", "dmg", null, "dmg") { CanRead = true };

    /// <summary>Linux compressed loop.</summary>
    public static DiskFormat Cloop { get; } = new("cloop", "cloop", null, "cloop") { CanRead = true };

    /// <summary>ISO 9660 or UDF.</summary>
    public static DiskFormat Iso { get; } = new("iso", "raw", "iso", "iso") { CanRead = true };

    /// <summary>A whole disk with a GUID partition table.</summary>
    public static DiskFormat Gpt { get; } = new("gpt", "raw", "raw", "raw") { CanRead = true };

    /// <summary>A whole disk with a master boot record.</summary>
    public static DiskFormat Mbr { get; } = new("mbr", "raw", "raw", "raw") { CanRead = true };

    /// <summary>An open virtualization appliance, a tar archive.</summary>
    public static DiskFormat Ova { get; } = new("ova", null, null, "ova");

    /// <summary>gzip.</summary>
    public static DiskFormat Gzip { get; } = new("gzip", null, null, "gz");

    /// <summary>xz.</summary>
    public static DiskFormat Xz { get; } = new("xz", null, null, "xz");

    /// <summary>Zstandard.</summary>
    public static DiskFormat Zstd { get; } = new("zstd", null, null, "zst");

    /// <summary>bzip2.</summary>
    public static DiskFormat Bzip2 { get; } = new("bzip2", null, null, "bz2");

    /// <summary>zip.</summary>
    public static DiskFormat Zip { get; } = new("zip", null, null, "zip");

    /// <summary>tar.</summary>
    public static DiskFormat Tar { get; } = new("tar", null, null, "tar");

    /// <summary>Every format, in the order of the documentation.</summary>
    public static IReadOnlyList<DiskFormat> All { get; } =
    [
        Raw, Qcow, Qcow2, Qed, Vmdk, Vhd, Vhdx, Vdi, Luks, Parallels, Bochs, Dmg, Cloop, Iso, Gpt, Mbr, Ova, Gzip, Xz, Zstd, Bzip2, Zip, Tar,
    ];

    /// <summary>Our name.</summary>
    public string Name { get; }

    /// <summary>qemu-img's name for <c>-f</c> and <c>-O</c>; null: qemu-img cannot read it.</summary>
    public string? QemuName { get; }

    /// <summary>Glance's disk_format; null: Glance has no name for it.</summary>
    public string? GlanceName { get; }

    /// <summary>The usual file name extension, without the dot. It is never a claim.</summary>
    public string Extension { get; }

    /// <summary>True where a conversion can read it.</summary>
    public bool CanRead { get; private init; }

    /// <summary>True where a conversion can write it.</summary>
    public bool CanWrite { get; private init; }

    /// <summary>True where the result can be compressed.</summary>
    public bool CanCompress { get; private init; }

    /// <summary>True where the content is a plain disk without a header of its own: raw, or recognised by what a guest wrote.</summary>
    public bool IsRawContent => this == Raw || this == Gpt || this == Mbr || this == Iso;

    /// <summary>Compares by name.</summary>
    /// <param name="left">One format.</param>
    /// <param name="right">The other.</param>
    /// <returns>True where they are the same.</returns>
    public static bool operator ==(DiskFormat? left, DiskFormat? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Compares by name.</summary>
    /// <param name="left">One format.</param>
    /// <param name="right">The other.</param>
    /// <returns>True where they differ.</returns>
    public static bool operator !=(DiskFormat? left, DiskFormat? right) => !(left == right);

    /// <summary>Finds a format by any of its names, in any case: ours, qemu's (vpc), Glance's (ploop) or an old one (qcow1).</summary>
    /// <param name="name">The name.</param>
    /// <returns>The format.</returns>
    /// <exception cref="ArgumentException">Nobody calls a format so.</exception>
    public static DiskFormat Parse(string name) =>
        TryParse(name, out DiskFormat? format)
            ? format
            : throw new ArgumentException($"'{name}' is not a disk format. Known formats: {string.Join(", ", All.Select(known => known.Name))}.", nameof(name));

    /// <summary>Finds a format by any of its names, in any case.</summary>
    /// <param name="name">The name.</param>
    /// <param name="format">The format, where there is one.</param>
    /// <returns>True where there is one.</returns>
    public static bool TryParse(string? name, [NotNullWhen(true)] out DiskFormat? format)
    {
        string wanted = (name ?? string.Empty).Trim().ToLowerInvariant() switch
        {
            "vpc" => "vhd",
            "ploop" => "parallels",
            "qcow1" => "qcow",
            string other => other,
        };
        format = All.FirstOrDefault(known => string.Equals(known.Name, wanted, StringComparison.Ordinal));
        return format is not null;
    }

    /// <inheritdoc/>
    public bool Equals(DiskFormat? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DiskFormat);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
