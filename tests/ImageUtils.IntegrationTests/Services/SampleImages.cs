using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Processes;

namespace ImageUtils.IntegrationTests.Services;

/// <summary>
/// Small images of every kind that the two sides are compared on: what qemu-img writes of one guest's disk, the same changed by
/// hand where programs of other makers write it differently, and what is no image of a known format at all.
/// </summary>
internal sealed class SampleImages
{
    private const int DiskSize = 4 << 20;
    private const int FirstSector = 2048;
    private const int LuksTries = 30;

    private readonly Workshop _workshop;
    private readonly string _disk;
    private readonly List<SampleImage> _images = [];

    private SampleImages(Workshop workshop)
    {
        _workshop = workshop;
        _disk = workshop.MakeDisk("guest", DiskSize);
        using FileStream disk = File.OpenWrite(_disk);
        disk.Write(BootSector(0x83, FirstSector, (DiskSize / 512) - FirstSector));
    }

    /// <summary>The guest's disk, plain.</summary>
    public string Disk => _disk;

    /// <summary>All of them.</summary>
    public IReadOnlyList<SampleImage> All => _images;

    /// <summary>Makes them in the workshop's folder.</summary>
    public static async Task<SampleImages> MakeAsync(Workshop workshop)
    {
        Workshop.RequireQemuImg();
        var samples = new SampleImages(workshop);
        samples.AddPlain();
        await samples.AddQcowAsync();
        await samples.AddVmdkAsync();
        await samples.AddMicrosoftAsync();
        await samples.AddOthersAsync();
        await samples.AddLuksAsync();
        samples.AddWrapped();
        return samples;
    }

    /// <summary>Has qemu-img write the guest's disk in a format.</summary>
    public async Task<string> ConvertAsync(string name, string format, params string[] words)
    {
        await RunAsync(["convert", "-f", "raw", "-O", format, .. words, _disk, _workshop.File(name)]);
        return _workshop.File(name);
    }

    private static byte[] BootSector(byte type, uint first, uint count)
    {
        byte[] sector = new byte[512];
        sector[0x1be + 4] = type;
        BinaryPrimitives.WriteUInt32LittleEndian(sector.AsSpan(0x1be + 8), first);
        BinaryPrimitives.WriteUInt32LittleEndian(sector.AsSpan(0x1be + 12), count);
        sector[510] = 0x55;
        sector[511] = 0xaa;
        return sector;
    }

    private void AddPlain()
    {
        _images.Add(new SampleImage("raw", _disk, "raw"));
        _images.Add(new SampleImage("raw_as_qcow2", _disk, "qcow2"));
        _images.Add(new SampleImage("raw_as_iso", _disk, "iso"));
        _images.Add(new SampleImage("raw_as_ami", _disk, "ami") { Container = "ami" });
        Write("empty", "raw", []);
        Write("tiny", "raw", "tiny"u8);
        Write("short", "raw", File.ReadAllBytes(_disk).AsSpan(0, 511));

        byte[] disk = new byte[1 << 20];
        disk[510] = 0x55;
        disk[511] = 0xaa;
        Write("mbr_without_partition", "raw", disk);
        BootSector(0xee, 1, (1 << 11) - 1).CopyTo(disk, 0);
        Write("gpt", "raw", disk);
        disk.AsSpan(0x1be, 16).Clear();
        disk[0x10] = 2;
        disk[0x15] = 0xf8;
        Write("fat", "raw", disk);

        byte[] iso = new byte[40 << 10];
        iso[0x8000] = 1;
        "CD001"u8.CopyTo(iso.AsSpan(0x8001));
        Write("iso", "iso", iso);
        Write("iso_as_raw", "raw", iso);
    }

    private async Task AddQcowAsync()
    {
        string plain = await AddAsync("qcow2", "qcow2", "qcow2");
        _images.Add(new SampleImage("qcow2_as_raw", plain, "raw"));
        await AddAsync("qcow2_compressed", "qcow2", "qcow2", "-c");
        await AddAsync("qcow2_version2", "qcow2", "qcow2", "-o", "compat=0.10");
        await AddAsync("qcow2_extended_l2", "qcow2", "qcow2", "-o", "extended_l2=on,cluster_size=131072");
        await AddAsync("qcow1", "qcow2", "qcow");
        string dataFile = _workshop.File("qcow2_data");
        await AddAsync("qcow2_data_file", "qcow2", "qcow2", "-o", $"data_file={dataFile},data_file_raw=on");
        foreach ((string name, string file, string format) in ((string, string, string)[])[("backing_raw", _disk, "raw"), ("backing_qcow2", plain, "qcow2")])
        {
            await RunAsync(["create", "-f", "qcow2", "-F", format, "-b", file, _workshop.File(name)]);
            _images.Add(new SampleImage(name, _workshop.File(name), "qcow2"));
        }

        byte[] unknown = await File.ReadAllBytesAsync(plain);
        unknown[0x48] |= 1;
        Write("qcow2_unknown_feature", "qcow2", unknown);
        byte[] both = new byte[40 << 10];
        unknown[0x48] = 0;
        unknown.AsSpan(0, 512).CopyTo(both);
        both[0x8000] = 1;
        "CD001"u8.CopyTo(both.AsSpan(0x8001));
        Write("iso_and_qcow2", "iso", both);
    }

    private async Task AddVmdkAsync()
    {
        byte[] sparse = await VmdkAsync("vmdk_monolithicSparse", "monolithicSparse");
        byte[] stream = await VmdkAsync("vmdk_streamOptimized", "streamOptimized");
        foreach (string type in (string[])["monolithicFlat", "twoGbMaxExtentSparse"])
        {
            string path = await ConvertAsync("vmdk_" + type, "vmdk", "-o", "subformat=" + type);
            _images.Add(new SampleImage("vmdk_" + type, path, "vmdk"));
        }

        // Exports have their grain directory behind the data: the header says so, and a footer has its place.
        int length = stream.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        byte[] export = stream[..((length + 511) / 512 * 512)];
        export.AsSpan(56, 8).Fill(0xff);
        Write("vmdk_without_footer", "vmdk", export);
        byte[] marker = new byte[512];
        BinaryPrimitives.WriteUInt64LittleEndian(marker, 1);
        marker[12] = 3;
        Write("vmdk_with_footer", "vmdk", [.. export, .. marker, .. stream[..512], .. new byte[512]]);

        Span<byte> descriptor = sparse.AsSpan(512, 10240);
        string text = Encoding.ASCII.GetString(descriptor[..descriptor.IndexOf((byte)0)]);
        int extent = text.IndexOf('"', text.IndexOf("RW ", StringComparison.Ordinal)) + 1;
        string evil = text[..extent] + "/etc/passwd" + text[text.IndexOf('"', extent)..];
        Write("vmdk_foreign_extent", "vmdk", WithDescriptor(sparse, evil));

        // qemu-img writes a CID without leading zeros over one that is longer, so that a rest stands behind the end of the text.
        int cid = text.IndexOf("CID=", StringComparison.Ordinal) + 4;
        byte[] rest = (byte[])sparse.Clone();
        Encoding.ASCII.GetBytes(text[..cid] + "cfc4d0" + text[(cid + 8)..] + "\0").CopyTo(rest, 512);
        Write("vmdk_short_cid", "vmdk", rest);
    }

    private async Task<byte[]> VmdkAsync(string name, string type)
    {
        // One in sixteen has a CID that is shorter, and changes below count on eight digits.
        while (true)
        {
            string path = await ConvertAsync(name, "vmdk", "-o", "subformat=" + type);
            byte[] image = await File.ReadAllBytesAsync(path);
            string text = Encoding.Latin1.GetString(image, 512, 1024);
            int end = text.IndexOf('\n', text.IndexOf("CID=", StringComparison.Ordinal));
            if (end - text.IndexOf("CID=", StringComparison.Ordinal) == 12)
            {
                _images.Add(new SampleImage(name, path, "vmdk"));
                return image;
            }
        }
    }

    private static byte[] WithDescriptor(byte[] image, string text)
    {
        byte[] changed = (byte[])image.Clone();
        changed.AsSpan(512, 10240).Clear();
        Encoding.ASCII.GetBytes(text).CopyTo(changed, 512);
        return changed;
    }

    private async Task AddMicrosoftAsync()
    {
        await AddAsync("vhd_dynamic", "vhd", "vpc", "-o", "subformat=dynamic");
        await AddAsync("vhd_dynamic_exact", "vhd", "vpc", "-o", "subformat=dynamic,force_size=on");
        await AddAsync("vhd_fixed", "vhd", "vpc", "-o", "subformat=fixed");
        string exact = await AddAsync("vhd_fixed_exact", "vhd", "vpc", "-o", "subformat=fixed,force_size=on");
        _images.Add(new SampleImage("vhd_fixed_as_raw", exact, "raw"));
        await AddAsync("vhdx_dynamic", "vhdx", "vhdx", "-o", "subformat=dynamic");
        await AddAsync("vhdx_fixed", "vhdx", "vhdx", "-o", "subformat=fixed");
    }

    private async Task AddOthersAsync()
    {
        await AddAsync("vdi", "vdi", "vdi");
        await AddAsync("parallels", "ploop", "parallels");
        await AddAsync("qed", "raw", "qed");
    }

    private async Task AddLuksAsync()
    {
        await File.WriteAllTextAsync(_workshop.File("passphrase"), "open sesame");
        string[] secret = ["--object", $"secret,id=s,file={_workshop.File("passphrase")}"];
        await AddAsync("luks", "raw", "luks", [.. secret, "-o", "key-secret=s,iter-time=10"]);
        await AddAsync("qcow2_luks", "qcow2", "qcow2", [.. secret, "-o", "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10"]);
    }

    private void AddWrapped()
    {
        foreach ((string name, string claim) in (ReadOnlySpan<(string, string)>)[("raw", "raw"), ("qcow2", "qcow2")])
        {
            string path = _workshop.File(name + "_gz");
            using (var packed = new GZipStream(File.Create(path), CompressionLevel.Fastest))
            {
                packed.Write(File.ReadAllBytes(_images.Single(image => image.Name == name).Path));
            }

            _images.Add(new SampleImage(name + "_gz", path, claim));
            _images.Add(new SampleImage(name + "_gz_compressed", path, claim) { Container = "compressed", AllowsCompression = true });
            _images.Add(new SampleImage(name + "_gz_compressed_forbidden", path, claim) { Container = "compressed" });
        }

        _images.Add(new SampleImage("raw_compressed_without_gz", _disk, "raw") { Container = "compressed", AllowsCompression = true });
    }

    private async Task<string> AddAsync(string name, string claim, string format, params string[] words)
    {
        string path = await ConvertAsync(name, format, words);
        _images.Add(new SampleImage(name, path, claim));
        return path;
    }

    private void Write(string name, string claim, ReadOnlySpan<byte> content)
    {
        File.WriteAllBytes(_workshop.File(name), content);
        _images.Add(new SampleImage(name, _workshop.File(name), claim));
    }

    private async Task RunAsync(string[] words)
    {
        for (int tries = 1; ; tries++)
        {
            ProcessResult result = await _workshop.RunAsync("qemu-img", [words[0], "-q", .. words[1..]]);
            if (result.ExitCode == 0)
            {
                return;
            }

            // LUKS keys are timed by the processor's clock, which now and then stands still on a virtual machine.
            bool isClock = result.StandardError.Contains("accurate CPU usage", StringComparison.Ordinal);
            Assert.True(isClock && tries < LuksTries, result.StandardError);
        }
    }
}
