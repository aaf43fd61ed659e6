using ImageUtils.Qemu;

namespace ImageUtils.Core.Tests.Qemu;

public sealed class QemuImgInfoParserTests
{
    private const string Answer = """
        {
          "children": [ { "name": "file", "info": { "virtual-size": 1, "format": "file" } } ],
          "snapshots": [ { "vm-clock-nsec": 0, "name": "first", "date-sec": 1700000000, "date-nsec": 500000000, "vm-clock-sec": 0, "id": "1", "vm-state-size": 7 } ],
          "backing-filename-format": "raw", "virtual-size": 1073741824, "filename": "/tmp/x.qcow2", "cluster-size": 65536, "format": "qcow2",
          "actual-size": 200704, "full-backing-filename": "/tmp/base.raw", "backing-filename": "base.raw", "encrypted": true, "dirty-flag": true,
          "format-specific": { "type": "qcow2", "data": { "compat": "1.1", "refcount-bits": 16, "corrupt": false, "data-file": "/etc/passwd",
            "bitmaps": [ { "flags": [ "auto" ], "granularity": 65536 } ], "encrypt": { "format": "luks", "slots": [ { "active": true } ] } } }
        }
        """;

    [Fact]
    public void Every_field_is_read()
    {
        QemuImgInfo info = QemuImgInfoParser.Parse(Answer);
        Assert.Equal("qcow2", info.Format);
        Assert.Equal(1L << 30, info.VirtualSize);
        Assert.Equal(200704, info.ActualSize);
        Assert.Equal(65536, info.ClusterSize);
        Assert.Equal(("base.raw", "raw", "/tmp/base.raw"), (info.BackingFile, info.BackingFormat, info.FullBackingFile));
        Assert.True(info.IsEncrypted);
        Assert.True(info.IsDirty);
        Assert.Equal("first", Assert.Single(info.Snapshots).Name);
        Assert.Equal(new DateTime(2023, 11, 14, 22, 13, 20, 500, DateTimeKind.Utc), info.Snapshots[0].Date);
        Assert.Equal("1.1", info.FormatSpecific["compat"]);
        Assert.Equal(16L, info.FormatSpecific["refcount-bits"]);
        Assert.Equal(false, info.FormatSpecific["corrupt"]);
        var encryption = Assert.IsType<Dictionary<string, object?>>(info.FormatSpecific["encrypt"]);
        Assert.Equal("luks", encryption["format"]);
    }

    [Fact]
    public void The_users_result_has_our_names()
    {
        QemuImageInfo result = QemuImgInfoParser.Parse(Answer).ToImageInfo("/tmp/x.qcow2", isSafe: false);
        Assert.Equal("/etc/passwd", result.DataFile);
        Assert.Equal("qemu-img", result.Engine);
        Assert.False(result.IsSafe);
        Assert.Equal("vhd", QemuImgInfoParser.Parse("""{"format":"vpc","virtual-size":1}""").ToImageInfo("/a", isSafe: true, "footer").Format);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"format":"raw"}""")]
    [InlineData("""{"format":7,"virtual-size":1}""")]
    [InlineData("""{"format":null,"virtual-size":1}""")]
    [InlineData("""{"format":"raw","virtual-size":"1"}""")]
    [InlineData("""{"format":"raw","virtual-size":99999999999999999999}""")]
    [InlineData("""{"format":"raw","virtual-size":1,"snapshots":{}}""")]
    [InlineData("""{"format":"raw","virtual-size":1,"snapshots":[{"date-sec":9223372036854775807}]}""")]
    [InlineData("""{"format":"\ud800","virtual-size":1}""")]
    [InlineData("""{"format":"raw","virtual-size":1,"format-specific":7}""")]
    [InlineData("""{"format":"raw","virtual-size":1""")]
    public void What_is_malformed_is_one_kind_of_error(string json) =>
        Assert.Throws<FormatException>(() => QemuImgInfoParser.Parse(json));

    [Fact]
    public void Deep_nesting_is_refused_before_it_is_followed()
    {
        string nested = new string('[', 100_000) + new string(']', 100_000);
        string json = "{\"format\":\"raw\",\"virtual-size\":1,\"format-specific\":{\"data\":{\"a\":" + nested + "}}}";
        Assert.Throws<FormatException>(() => QemuImgInfoParser.Parse(json));
    }
}
