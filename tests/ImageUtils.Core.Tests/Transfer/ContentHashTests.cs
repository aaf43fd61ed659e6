using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Transfer;

namespace ImageUtils.Core.Tests.Transfer;

public sealed class ContentHashTests
{
    private const string Sha256OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    private const string Md5OfAbc = "900150983cd24fb0d6963f7d28e17f72";

    [Theory]
    [InlineData(Sha256OfAbc, null, "sha256")]
    [InlineData("  " + Sha256OfAbc + "\n", "SHA-256", "sha256")]
    [InlineData("sha256:" + Sha256OfAbc, null, "sha256")]
    [InlineData("SHA256:" + Sha256OfAbc, "sha256", "sha256")]
    [InlineData(Md5OfAbc, null, "md5")]
    public void A_hash_is_read_as_people_write_it(string text, string? algorithm, string expected)
    {
        ContentHash hash = ContentHash.Parse(text.ToUpperInvariant(), algorithm);
        Assert.Equal(expected, hash.Algorithm);
        Assert.Equal(expected == "md5" ? Md5OfAbc : Sha256OfAbc, hash.Value);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("xyz", null)]
    [InlineData("abcd", null)]
    [InlineData(Sha256OfAbc, "sha512")]
    [InlineData(Sha256OfAbc, "crc32")]
    [InlineData("md5:" + Sha256OfAbc, null)]
    [InlineData("sha256:" + Sha256OfAbc, "md5")]
    [InlineData(Sha256OfAbc + "0", "sha256")]
    public void Everything_else_is_refused(string text, string? algorithm) =>
        Assert.Equal("InvalidHash", Assert.Throws<InvalidHashException>(() => ContentHash.Parse(text, algorithm)).ErrorId);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(3_000_001)]
    public async Task All_algorithms_are_computed_in_one_pass(int size)
    {
        using var hasher = new ContentHasher(HashAlgorithms.Names);
        using var copy = new MemoryStream();
        var copier = new ContentCopy { OnReadError = e => e, OnWriteError = e => e };
        long count = await copier.RunAsync(new FaultyStream(size), copy, hasher, TestContext.Current.CancellationToken);
        byte[] expected = FaultyStream.Pattern(size);
        Assert.Equal(size, count);
        Assert.Equal(expected, copy.ToArray());
#pragma warning disable CA5350, CA5351 // Names of hashes that image services still use.
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(expected)), hasher.Current("md5").Value);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData(expected)), hasher.Current("sha1").Value);
#pragma warning restore CA5350, CA5351
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(expected)), hasher.Current("sha256").Value);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA384.HashData(expected)), hasher.Current("sha384").Value);
        Assert.Equal(TransferWorld.Sha512(expected), hasher.Current("sha512").Value);
        Assert.Throws<InvalidHashException>(() => hasher.Current("sha3"));
    }

    [Fact]
    public async Task A_write_that_fails_ends_a_read_that_would_never_end()
    {
        using var hasher = new ContentHasher();
        var copier = new ContentCopy { OnReadError = e => e, OnWriteError = e => new TimeZoneNotFoundException(e.Message, e) };
        using var destination = new MemoryStream(new byte[10], writable: false);
        await using var source = new StuckStream();
        await Assert.ThrowsAsync<NotSupportedException>(() => copier.RunAsync(source, destination, hasher, TestContext.Current.CancellationToken));
        Assert.True(source.WasCancelled);
    }

    [Fact]
    public void Rates_stay_finite()
    {
        Assert.Equal(1_000_000, TransferRate.BytesPerSecond(1000, TimeSpan.Zero));
        Assert.Equal(500, TransferRate.BytesPerSecond(1000, TimeSpan.FromSeconds(2)));
        Assert.Equal(long.MaxValue, TransferRate.BytesPerSecond(long.MaxValue, TimeSpan.Zero));
    }

    /// <summary>Gives one piece, and then waits for ever.</summary>
    private sealed class StuckStream : MemoryStream
    {
        private bool _isFirst = true;

        public bool WasCancelled { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_isFirst)
            {
                _isFirst = false;
                return buffer.Length;
            }

            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return 0;
            }
            finally
            {
                WasCancelled = true;
            }
        }
    }
}
