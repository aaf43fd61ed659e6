using ImageUtils.Core.Tests.Support;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Storage;

public class PartialImageReaderTests
{
    private static readonly byte[] Image = FaultyStream.Pattern(1000);

    private static PartialImageReader Reader(long? length = 1000)
    {
        var reader = new PartialImageReader(length, "image");
        reader.Add(0, Image.AsMemory(0, 100));
        reader.Add(900, Image.AsMemory(900, 100));
        return reader;
    }

    [Theory]
    [InlineData(0, 100, true)]
    [InlineData(99, 1, true)]
    [InlineData(99, 2, false)]
    [InlineData(500, 1, false)]
    [InlineData(900, 500, true)]
    [InlineData(2000, 1, true)]
    public void What_is_there_is_read_and_nothing_else(int offset, int count, bool isHere)
    {
        PartialImageReader reader = Reader();
        byte[] buffer = new byte[count];
        Assert.Equal(isHere, reader.Has(offset, count));
        if (isHere)
        {
            int read = reader.Read(offset, buffer);
            Assert.Equal(Image.Skip(offset).Take(count), buffer.Take(read));
        }
        else
        {
            Assert.Equal(new ByteRange(offset, count), Assert.Throws<ContentNotHereException>(() => reader.Read(offset, buffer)).Range);
        }
    }

    [Fact]
    public void Parts_that_touch_or_overlap_are_one()
    {
        PartialImageReader reader = Reader();
        Assert.False(reader.Has(0, 1000));
        reader.Add(300, Image.AsMemory(300, 600));
        reader.Add(50, Image.AsMemory(50, 300));
        Assert.Equal(Image, reader.ReadArray(0, 1000));
        Assert.Equal(1000, reader.BytesRead);
    }

    [Fact]
    public void Without_a_length_the_end_is_not_known()
    {
        using PartialImageReader reader = Reader(null);
        Assert.False(reader.IsLengthKnown);
        Assert.Null(Assert.Throws<ContentNotHereException>(() => reader.Length).Range);
        Assert.Equal(100, reader.ReadArray(900, 100).Length);
        Assert.Throws<ContentNotHereException>(() => reader.ReadArray(900, 101));
    }

    [Fact]
    public void A_part_outside_of_the_image_is_an_error_of_the_caller() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Reader().Add(950, new byte[51]));

    [Fact]
    public void A_slice_has_what_its_whole_has()
    {
        using var slice = new SliceImageReader(Reader(), 50, 900, "slice");
        Assert.True(slice.Has(0, 50));
        Assert.False(slice.Has(0, 51));
        Assert.True(slice.Has(850, 100));
        Assert.True(slice.Has(900, 100));
    }
}
