using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Formats;

/// <summary>zip: one file, and no lie between the end, the directory and the headers.</summary>
public class ZipTests
{
    private static readonly byte[] Image = MadeQcow2.Version3();

    public static TheoryData<string, string, Action<MadeZip>> Lies => new()
    {
        { "encrypted", "is encrypted", zip => Both(zip, 6, 8, 1) },
        { "strongly encrypted", "is encrypted", zip => zip.Central.Le16(8, 0x40) },
        { "encrypted, and the header says no", "says other than the directory", zip => zip.Local.Le16(6, 1) },
        { "another method", "method (9)", zip => Both(zip, 8, 10, 9) },
        { "another method in the header", "says other than the directory", zip => zip.Local.Le16(8, 0) },
        { "another name in the header", "says other than the directory", zip => zip.Local[30] = (byte)'D' },
        { "another size in the header", "says other than the directory", zip => zip.Local.Le32(22, 1) },
        { "another checksum in the header", "says other than the directory", zip => zip.Local.Le32(14, 1) },
        { "wrong checksum", "the checksum", zip => Both(zip, 14, 16, 0x1234) },
        { "larger than it says", "unpacked ones", zip => Both(zip, 22, 24, 4096) },
        { "smaller than it says", "unpacked ones", zip => Both(zip, 22, 24, 1 << 20) },
        { "link", "is no regular file", zip => zip.Central.Le32(38, 0xA1FF0000) },
        { "device", "is no regular file", zip => zip.Central.Le32(38, 0x61A40000) },
        { "folder with data", "is a folder with data", zip => zip.Central.Le32(38, 0x41ED0000) },
        { "on another disk", "is on another disk", zip => zip.Central.Le16(34, 1) },
        { "several disks", "one of several disks", zip => zip.End.Le16(4, 1) },
        { "entries of several disks", "one of several disks", zip => zip.End.Le16(10, 2) },
        { "more entries than there are", "is damaged", zip => zip.End.Le16(8, 2).Le16(10, 2) },
        { "directory elsewhere", "something stands in front", zip => zip.End.Le32(16, 1) },
        { "directory larger", "something stands in front", zip => zip.End.Le32(12, 1000) },
        { "directory behind the end", "something stands in front", zip => zip.End.Le32(16, 0x7fffffff) },
        { "many entries", "a disk needs one", zip => zip.End.Le16(8, 60000).Le16(10, 60000) },
        { "header elsewhere", "no header of an entry", zip => zip.Central.Le32(42, 7) },
        { "header behind the directory", "leave the archive", zip => zip.Central.Le32(42, 0x7fffffff) },
        { "data into the directory", "reach into the directory", zip => zip.Central.Le32(20, (uint)zip.Packed.Length + 10) },
        { "comment cut", "was cut", zip => zip.End.Le16(20, 10) },
        { "zip64 announced", "there is none", zip => zip.End.Le32(16, uint.MaxValue) },
        { "zip64 sizes missing", "sizes are missing", zip => zip.Central.Le32(24, uint.MaxValue) },
        { "zip64 elsewhere", "is not where it is said to be", zip => Wide(zip, bytes => bytes.Le64(64, 1)) },
        { "zip64 with another directory", "something stands in front", zip => Wide(zip, bytes => bytes.Le64(48, 3)) },
        { "zip64 of several disks", "one of several disks", zip => Wide(zip, bytes => bytes.Le32(72, 2)) },
        { "zip64 against zip", "differ in what they say", zip => { zip.Widen(); zip.End.Le32(12, 3); } },
    };

    private static void Both(MadeZip zip, int local, int central, uint value)
    {
        if (central is 8 or 10)
        {
            zip.Local.Le16(local, (ushort)value);
            zip.Central.Le16(central, (ushort)value);
        }
        else
        {
            zip.Local.Le32(local, value);
            zip.Central.Le32(central, value);
        }
    }

    private static void Wide(MadeZip zip, Action<byte[]> change)
    {
        zip.Widen();
        change(zip.End64);
    }

    [Fact]
    public void A_zip_of_a_good_image_passes_with_the_size_of_the_image()
    {
        Verdict.Passes(MadeZip.Of(Image), "zip");
        Assert.Equal(MadeQcow2.DiskSize, Verdict.Of(MadeZip.Of(Image)).Facts.VirtualSize);
        Assert.Equal("qcow2", Verdict.Of(MadeZip.Of(Image)).Facts.InnerFormat?.Name);
        Verdict.Passes(MadeZip.Of(Image, zip => zip.Widen()), "zip");
    }

    [Fact]
    public void A_zip_of_a_bad_image_is_refused_for_what_is_wrong_inside() =>
        Verdict.Fails(MadeZip.Of(MadeQcow2.WithBacking("/etc/passwd")), CheckNames.Container, "[backing_file]");

    [Theory]
    [MemberData(nameof(Lies), DisableDiscoveryEnumeration = true)]
    public void A_zip_that_lies_is_refused(string name, string words, Action<MadeZip> change)
    {
        ImageInspection inspection = Verdict.Of(MadeZip.Of(Image, change));
        Assert.True(Verdict.Check(inspection, CheckNames.Container).Reason.Contains(words, StringComparison.Ordinal), $"{name}: {Verdict.Check(inspection, CheckNames.Container).Reason}");
        Assert.Equal([CheckNames.Container], Verdict.Failed(inspection));
    }

    [Theory]
    [InlineData("../disk.img", "would leave the folder")]
    [InlineData("/disk.img", "would leave the folder")]
    [InlineData("a\\disk.img", "would leave the folder")]
    [InlineData("C:disk.img", "would leave the folder")]
    public void A_name_that_leads_elsewhere_is_refused(string name, string words) => Verdict.Fails(new MadeZip(Image, name).Build(), CheckNames.Container, words);

    [Fact]
    public void Data_around_the_archive_are_refused()
    {
        byte[] zip = MadeZip.Of(Image);
        Verdict.Fails([.. zip, 1, 2, 3], CheckNames.Container, "follow the end");
        Verdict.Fails([.. zip[..^22], .. new byte[100], .. zip[^22..]], CheckNames.Container, "something stands in front");
        Verdict.Fails(zip[..^30], CheckNames.Container, "no end");

        // The offsets of an archive that something was put in front of are too small by its length.
        byte[] shifted = [.. MadeZip.Of(new byte[512]), .. zip];
        Assert.False(Verdict.Of(shifted).IsAcceptable);
    }

    [Fact]
    public void A_comment_that_hides_another_end_is_refused()
    {
        byte[] zip = MadeZip.Of(Image);
        byte[] end = new byte[22].Put(0, "PK\u0005\u0006"u8);
        zip.Le16(zip.Length - 2, 22);
        Assert.Equal([CheckNames.Container], Verdict.Failed(Verdict.Of([.. zip, .. end])));
    }

    [Fact]
    public void No_file_and_several_are_refused()
    {
        Verdict.Fails(new byte[22].Put(0, "PK\u0005\u0006"u8), CheckNames.Container, "holds 0 files");
        using var stream = new MemoryStream();
        using (var archive = new System.IO.Compression.ZipArchive(stream, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (string name in new[] { "a", "b" })
            {
                using Stream entry = archive.CreateEntry(name).Open();
                entry.Write(Image);
            }
        }

        Verdict.Fails(stream.ToArray(), CheckNames.Container, "holds 2 files");
    }

    [Fact]
    public void Two_entries_of_one_place_are_refused()
    {
        var zip = new MadeZip(Image);
        byte[] second = [.. zip.Central];
        second[46] = (byte)'e';
        zip.End.Le16(8, 2).Le16(10, 2).Le32(12, (uint)(zip.Central.Length * 2));
        Verdict.Fails([.. zip.Local, .. zip.Packed, .. zip.Central, .. second, .. zip.End], CheckNames.Container, "overlap");
    }

    [Theory]
    [InlineData(true, System.IO.Compression.CompressionLevel.Optimal)]
    [InlineData(false, System.IO.Compression.CompressionLevel.Optimal)]
    [InlineData(true, System.IO.Compression.CompressionLevel.NoCompression)]
    [InlineData(false, System.IO.Compression.CompressionLevel.NoCompression)]
    public void What_the_runtime_writes_passes_with_folders_and_as_a_stream(bool canSeek, System.IO.Compression.CompressionLevel level)
    {
        using var memory = new MemoryStream();
        using var forward = new ForwardStream(memory);
        using (var archive = new System.IO.Compression.ZipArchive(canSeek ? memory : forward, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("images/");
            using Stream entry = archive.CreateEntry("images/disk.img", level).Open();
            entry.Write(Image);
        }

        Verdict.Passes(memory.ToArray(), "zip");
    }

    [Fact]
    public void A_stored_file_is_held_against_its_checksum()
    {
        var zip = new MadeZip(Image);
        zip.Local.Le16(8, 0).Le32(18, (uint)Image.Length);
        zip.Central.Le16(10, 0).Le32(20, (uint)Image.Length);
        zip.End.Le32(16, (uint)(zip.Local.Length + Image.Length));
        byte[] stored = [.. zip.Local, .. Image, .. zip.Central, .. zip.End];
        Verdict.Passes(stored, "zip");
        stored[zip.Local.Length + MadeQcow2.Data] ^= 1;
        Verdict.Fails(stored, CheckNames.Container, "the checksum");
    }

    [Fact]
    public void A_bomb_is_refused_by_the_sizes_it_names()
    {
        byte[] bomb = MadeZip.Of(new byte[200 << 20]);
        using var reader = new MemoryImageReader(bomb);
        ImageInspection inspection = new ImageInspector().Inspect(reader, InspectionRequest.Default, TestContext.Current.CancellationToken);
        Assert.Contains("a decompression bomb", Verdict.Check(inspection, CheckNames.Container).Reason, StringComparison.Ordinal);
    }

    /// <summary>The writer of an archive cannot go back, so its numbers stand behind the data.</summary>
    private sealed class ForwardStream(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    }
}
