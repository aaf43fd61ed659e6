using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Safety;

/// <summary>Whatever the bytes are, an inspection ends with a verdict, throws nothing and reads little.</summary>
public class RobustnessTests
{
    private const int MetadataBound = 1 << 20;

    public static TheoryData<string, byte[]> Seeds => new()
    {
        { "qcow2", MadeQcow2.Version3() },
        { "qcow2 v2", MadeQcow2.Version2() },
        { "qcow2 with a backing file", MadeQcow2.WithBacking("base.img") },
        { "qcow2 with a snapshot and a bitmap", Rules.Qcow2WalkTests.Made() },
        { "qcow", MadeDisks.QcowWithData() },
        { "qed", MadeDisks.QedWithData() },
        { "vmdk", MadeVmdk.Sparse() },
        { "vmdk with grains", MadeVmdk.WithGrains() },
        { "vmdk stream", MadeVmdk.Compressed() },
        { "vmdk text", MadeVmdk.Text(MadeVmdk.Descriptor) },
        { "vhd", MadeVhd.Dynamic() },
        { "vhd fixed", MadeVhd.Fixed() },
        { "vhdx", new MadeVhdx().Build() },
        { "vdi", MadeDisks.Vdi() },
        { "luks1", MadeDisks.Luks1() },
        { "luks2", MadeDisks.Luks2() },
        { "parallels", MadeDisks.Parallels() },
        { "bochs", MadeDisks.Bochs() },
        { "dmg", MadeDisks.Dmg() },
        { "cloop", MadeDisks.Cloop() },
        { "iso", MadeDisks.Iso() },
        { "gpt", MadeDisks.Gpt() },
        { "gzip", MadeGzip.Of(MadeQcow2.Version3()) },
        { "zip", MadeZip.Of(MadeQcow2.Version3()) },
        { "zip64", MadeZip.Of(MadeQcow2.Version3(), zip => zip.Widen()) },
        { "tar", MadeTar.Of(("long", MadeTar.Pax("path", "disk.img"), 'x'), ("disk.img", MadeQcow2.Version3(), '0')) },
        { "tar of XenServer", MadeTar.Of(("0.vhd", MadeVhd.Dynamic(), '0')) },
    };

    private static void Judge(ReadOnlyMemory<byte> image, InspectionDepth depth)
    {
        using var reader = new MemoryImageReader(image);
        ImageInspection inspection = new ImageInspector().Inspect(reader, new InspectionRequest { Depth = depth }, TestContext.Current.CancellationToken);
        Assert.NotEmpty(inspection.Checks);
        Assert.True(inspection.Facts.VirtualSize >= 0);
        Assert.True(inspection.Facts.VirtualSize <= long.MaxValue / 2 || !inspection.IsAcceptable);
        Assert.All(inspection.Checks, check => Assert.DoesNotContain(check.Reason, char.IsControl));
        if (depth == InspectionDepth.Metadata)
        {
            Assert.InRange(reader.BytesRead, 0, MetadataBound);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds), DisableDiscoveryEnumeration = true)]
    public void Every_prefix_of_a_header_has_a_verdict(string name, byte[] image)
    {
        Assert.NotEmpty(name);
        int bound = Math.Min(image.Length, 1024);
        for (int length = 0; length < bound; length++)
        {
            Judge(image.AsMemory(0, length), InspectionDepth.Full);
        }

        for (int length = bound; length < image.Length; length += Math.Max(1, image.Length / 40))
        {
            Judge(image.AsMemory(0, length), InspectionDepth.Metadata);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds), DisableDiscoveryEnumeration = true)]
    public void Every_mutation_of_an_image_has_a_verdict(string name, byte[] seed)
    {
        // A fixed seed a format: a failure comes again. Mutations hit the bytes that are set, where the structures are.
        var random = new Random(name.Sum(character => character));
        int[] places = Enumerable.Range(0, seed.Length).Where(index => seed[index] != 0).ToArray();
        byte[] values = [0, 1, 0x7f, 0x80, 0xff];
        for (int round = 0; round < 400; round++)
        {
            List<(int Place, byte Value)> before = [];
            for (int count = random.Next(1, 8); count > 0; count--)
            {
                int place = Math.Clamp(places[random.Next(places.Length)] + random.Next(-8, 8), 0, seed.Length - 1);
                before.Add((place, seed[place]));
                seed[place] = random.Next(2) == 0 ? values[random.Next(values.Length)] : (byte)random.Next(256);
            }

            Judge(seed, round % 4 == 0 ? InspectionDepth.Full : InspectionDepth.Metadata);
            before.Reverse();
            before.ForEach(change => seed[change.Place] = change.Value);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds), DisableDiscoveryEnumeration = true)]
    public void Every_field_set_to_its_extremes_has_a_verdict(string name, byte[] seed)
    {
        Assert.NotEmpty(name);
        int bound = Math.Min(seed.Length, 640);
        for (int place = 0; place <= bound - 8; place += 4)
        {
            foreach (int size in new[] { 4, 8 })
            {
                foreach (byte value in new byte[] { 0, 0x7f, 0xff })
                {
                    byte[] before = seed.AsSpan(place, size).ToArray();
                    Judge(seed.Fill(place, size, value), InspectionDepth.Metadata);
                    seed.Put(place, before);
                }
            }
        }
    }
}
