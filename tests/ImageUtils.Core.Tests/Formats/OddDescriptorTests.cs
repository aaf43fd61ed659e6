using System.Text;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Formats;

/// <summary>Descriptors that a VMDK should not have: refused, with the size of its header and in little memory.</summary>
public sealed class OddDescriptorTests
{
    public static TheoryData<string, byte[]> Odd => new()
    {
        { CheckNames.CreateType, MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("monolithicSparse", "unheardOf", StringComparison.Ordinal)) },
        { CheckNames.Descriptor, MadeVmdk.Sparse().Le64(28, 2).Put(1024, Encoding.ASCII.GetBytes(MadeVmdk.Descriptor)) },
    };

    // Behaviours 231 and 239 of the reference; cinder says 0, which fits into every volume.
    [Theory]
    [MemberData(nameof(Odd), DisableDiscoveryEnumeration = true)]
    public void An_odd_descriptor_is_refused_and_the_size_is_that_of_the_header(string check, byte[] image)
    {
        ImageInspection inspection = Verdict.Of(image);
        Assert.Contains(check, Verdict.Failed(inspection), StringComparer.Ordinal);
        Assert.Equal(1 << 20, inspection.Facts.VirtualSize);
    }

    // Behaviour 232: 4096 sectors are claimed; less is read, and a text that is as long as it says is refused.
    [Theory]
    [InlineData(0, true)]
    [InlineData('#', false)]
    public void A_descriptor_that_claims_2_MiB_is_read_in_part(int filler, bool isAcceptable)
    {
        byte[] image = new byte[4 << 20].Fill(0, 4 << 20, (byte)filler);
        MadeVmdk.Sparse().AsSpan(0, 512).CopyTo(image);
        image.Put(512, Encoding.ASCII.GetBytes(MadeVmdk.Descriptor)).Le64(36, 4096).Le64(56, 6000).Le32(6000 * 512, 6001);
        using var reader = new MemoryImageReader(image);
        ImageInspection inspection = new ImageInspector().Inspect(reader, InspectionRequest.Default, TestContext.Current.CancellationToken);
        Assert.True(isAcceptable == inspection.IsAcceptable, string.Join("; ", inspection.Checks));
        Assert.Equal(1 << 20, inspection.Facts.VirtualSize);
        Assert.InRange(reader.BytesRead, 1, 1 << 20);
    }

    // Behaviour 196: the empty list is looked at before the type.
    [Fact]
    public void An_empty_list_is_told_before_a_missing_type() =>
        Verdict.Fails(
            MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("createType=\"monolithicSparse\"\n", string.Empty, StringComparison.Ordinal)),
            CheckNames.CreateType,
            "No VMDK createType is allowed",
            new InspectionRequest { AllowedVmdkTypes = [] });

    // Behaviour 192.
    [Fact]
    public void Without_a_descriptor_there_is_no_type() =>
        Assert.Contains(
            "Unable to determine VMDK createType",
            Verdict.Check(Verdict.Of(MadeVmdk.Sparse().Le64(28, 0).Le64(36, 0)), CheckNames.CreateType).Reason,
            StringComparison.Ordinal);
}
