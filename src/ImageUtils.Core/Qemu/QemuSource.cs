namespace ImageUtils.Qemu;

/// <summary>An image that qemu-img shall read: always with its format, which qemu-img must never guess (CVE-2015-1851).</summary>
/// <param name="Path">The path.</param>
/// <param name="Format">The format that our inspector found.</param>
/// <param name="SizeSource">For VHDs, which of the footer's sizes holds: <c>footer</c> or <c>chs</c>; null: the footer's.</param>
public sealed record QemuSource(string Path, DiskFormat Format, string? SizeSource = null)
{
    /// <summary>True for a block device, which qemu reads with another driver than files.</summary>
    public bool IsDevice { get; init; }

    /// <summary>
    /// True where the passphrase is needed to read it: LUKS, or qcow2 with LUKS inside. What was encrypted is raw once it is
    /// opened, whatever a guest wrote.
    /// </summary>
    public bool IsEncrypted { get; init; }
}
