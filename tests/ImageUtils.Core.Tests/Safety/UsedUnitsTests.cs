using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Safety;

public class UsedUnitsTests
{
    [Fact]
    public void A_unit_is_taken_once()
    {
        var used = new UsedUnits();
        Assert.True(used.Take(5));
        Assert.False(used.Take(5));
        Assert.True(used.Contains(5));
        Assert.False(used.Contains(4));
        Assert.False(used.Contains(ulong.MaxValue));
    }

    [Theory]
    [InlineData(0UL, 100_000UL, 99_999UL, 99_999UL)]
    [InlineData(32_760UL, 16UL, 32_768UL, 32_768UL)]
    [InlineData(63UL, 2UL, 0UL, 63UL)]
    [InlineData(63UL, 2UL, 64UL, 64UL)]
    [InlineData(63UL, 2UL, 65UL, null)]
    public void A_run_tells_the_first_unit_that_was_taken(ulong first, ulong count, ulong second, ulong? conflict)
    {
        var used = new UsedUnits();
        Assert.Null(used.TakeRange(first, count));
        Assert.Equal(conflict, used.TakeRange(second, 64));
    }

    [Fact]
    public void A_page_that_is_wholly_taken_makes_room_for_another()
    {
        var used = new UsedUnits(maximumPages: 1);
        Assert.Null(used.TakeRange(0, 32_768));
        Assert.True(used.Take(40_000));
        Assert.False(used.IsFull);
        Assert.False(used.Take(17));
        Assert.True(used.Take(70_000));
        Assert.True(used.IsFull);
        Assert.False(used.Take(40_000));
    }
}
