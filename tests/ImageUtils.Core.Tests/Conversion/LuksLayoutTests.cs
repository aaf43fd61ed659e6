using ImageUtils.Conversion;

namespace ImageUtils.Core.Tests.Conversion;

public sealed class LuksLayoutTests
{
    /// <summary>As qemu-img 7.2 wrote them.</summary>
    [Theory]
    [InlineData(null, 0, 2_068_480)]
    [InlineData("aes-xts-plain64", 256, 2_068_480)]
    [InlineData("aes-xts-plain64", 128, 1_052_672)]
    [InlineData("aes-cbc-essiv:sha256", 256, 1_052_672)]
    [InlineData("aes-cbc-essiv:sha256", 128, 528_384)]
    [InlineData("twofish-xts-plain64", 256, 2_068_480)]
    public void The_content_begins_behind_the_keys(string? cipher, int keySize, long expected) =>
        Assert.Equal(expected, LuksLayout.PayloadOffset(cipher is null ? null : CipherSpec.Decode(cipher, keySize)));

    [Fact]
    public void No_key_size_overflows() => Assert.True(LuksLayout.PayloadOffset(CipherSpec.Decode("aes-xts-plain64", int.MaxValue)) > int.MaxValue);
}
