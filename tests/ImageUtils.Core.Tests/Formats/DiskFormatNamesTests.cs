namespace ImageUtils.Core.Tests.Formats;

/// <summary>A format has three names: ours, qemu-img's and that of image services.</summary>
public sealed class DiskFormatNamesTests
{
    // Behaviours 138 and 215 of the reference; cinder's way back turns every raw into iso.
    [Theory]
    [InlineData("iso", "iso", "raw", "iso")]
    [InlineData("vhd", "vhd", "vpc", "vhd")]
    [InlineData("vpc", "vhd", "vpc", "vhd")]
    [InlineData("ploop", "parallels", "parallels", "ploop")]
    [InlineData("parallels", "parallels", "parallels", "ploop")]
    [InlineData("raw", "raw", "raw", "raw")]
    [InlineData("gpt", "gpt", "raw", "raw")]
    [InlineData("qcow2", "qcow2", "qcow2", "qcow2")]
    [InlineData("VMDK", "vmdk", "vmdk", "vmdk")]
    public void Names_are_mapped_in_both_directions(string given, string name, string qemuName, string glanceName)
    {
        DiskFormat format = DiskFormat.Parse(given);
        Assert.Equal((name, qemuName, glanceName), (format.Name, format.QemuName, format.GlanceName));
    }
}
