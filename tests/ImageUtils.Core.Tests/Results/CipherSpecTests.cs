using ImageUtils.Errors;

namespace ImageUtils.Core.Tests.Results;

public sealed class CipherSpecTests
{
    // Behaviours 182 and 184.
    [Theory]
    [InlineData("aes-xts-essiv", 256, "aes-256", "xts", "essiv")]
    [InlineData("aes-xts-plain64", 512, "aes-512", "xts", "plain64")]
    [InlineData("aes-cbc-essiv:sha256", 128, "aes-128", "cbc", "essiv:sha256")]
    public void Three_parts_become_three_words(string spec, int keySize, string algorithm, string mode, string generator)
    {
        CipherSpec decoded = CipherSpec.Decode(spec, keySize);
        Assert.Equal((algorithm, mode, generator), (decoded.CipherAlgorithm, decoded.CipherMode, decoded.IvGenerator));
    }

    // Behaviours 183 and 184.
    [Theory]
    [InlineData("aes")]
    [InlineData("aes-xts")]
    [InlineData("aes-xts-plain64-more")]
    [InlineData("")]
    [InlineData("--")]
    [InlineData("aes--plain64")]
    [InlineData("aes-xts,foo=bar-plain64")]
    public void Anything_else_is_refused(string spec)
    {
        InvalidCipherSpecException e = Assert.Throws<InvalidCipherSpecException>(() => CipherSpec.Decode(spec, 256));
        Assert.Equal(("InvalidCipherSpec", ErrorKind.InvalidArgument, spec), (e.ErrorId, e.Kind, e.CipherSpec));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-256)]
    public void A_key_without_bits_is_refused(int keySize) => Assert.Throws<InvalidCipherSpecException>(() => CipherSpec.Decode("aes-xts-plain64", keySize));
}
