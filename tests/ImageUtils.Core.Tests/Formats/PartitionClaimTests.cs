using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Formats;

/// <summary>What a guest wrote at the front of its disk does not make the disk unacceptable.</summary>
public sealed class PartitionClaimTests
{
    public static TheoryData<byte[]> Disks => new()
    {
        // The signature and no partition, as Glance refuses it.
        new byte[1 << 20].Put(510, [0x55, 0xaa]),
        MadeDisks.Mbr(),
        MadeDisks.Gpt(),

        // A protective partition and no table behind it.
        MadeDisks.Gpt().Fill(512, 512, 0),
    };

    // Behaviours 302, 310, 318 and 319 of the reference.
    [Theory]
    [MemberData(nameof(Disks), DisableDiscoveryEnumeration = true)]
    public void A_plain_disk_may_claim_raw_whatever_its_partition_table_is(byte[] image)
    {
        Assert.Empty(Verdict.Failed(Verdict.Of(image, new InspectionRequest { ClaimedFormat = "raw" })));
        Assert.Equal([CheckNames.ClaimedFormat], Verdict.Failed(Verdict.Of(image, new InspectionRequest { ClaimedFormat = "qcow2" })));
    }
}
