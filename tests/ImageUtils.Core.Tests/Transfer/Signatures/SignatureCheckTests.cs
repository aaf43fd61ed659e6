using System.Formats.Asn1;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Transfer.Signatures;

namespace ImageUtils.Core.Tests.Transfer.Signatures;

/// <summary>Signatures as cursive verifies them (cinder, nova, Glance), made here with keys of our own.</summary>
public sealed class SignatureCheckTests : IDisposable
{
    private static readonly Lazy<Signer> Rsa = new(() => Signer.Make("RSA-PSS"));
    private static readonly Lazy<Signer> Elliptic = new(() => Signer.Make("ECC_SECP384R1"));

    private readonly SignatureRoom _room = new();

    public static TheoryData<string> KeyTypes => [.. SignatureVocabulary.KeyTypes];

    private static byte[] Content => SignatureRoom.Content;

    public void Dispose() => _room.Dispose();

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public async Task Every_kind_of_key_signs_with_every_hash(string keyType)
    {
        Signer signer = Signer.Make(keyType);
        _room.Keep(signer);
        byte[] changed = [.. Content];
        changed[^1] ^= 1;
        foreach (string hashMethod in SignatureVocabulary.HashMethods)
        {
            Dictionary<string, string> properties = signer.Properties(Content, SignatureRoom.CertificateId, hashMethod);
            await _room.VerifyAsync(properties, Content);
            await Assert.ThrowsAsync<SignatureInvalidException>(() => _room.VerifyAsync(properties, changed));
            await Assert.ThrowsAsync<SignatureInvalidException>(() => _room.VerifyAsync(properties, [.. Content, 0]));
            properties[SignatureProperties.HashMethodName] = string.Equals(hashMethod, "SHA-256", StringComparison.Ordinal) ? "SHA-384" : "SHA-256";
            await Assert.ThrowsAsync<SignatureInvalidException>(() => _room.VerifyAsync(properties, Content));
        }
    }

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public async Task A_key_of_somebody_else_signs_nothing(string keyType)
    {
        _room.Keep(Signer.Make(keyType));
        SignatureInvalidException e = await _room.RefusedAsync(Signer.Make(keyType).Properties(Content, SignatureRoom.CertificateId));
        Assert.Equal(("SignatureInvalid", ErrorKind.SecurityError, "image"), (e.ErrorId, e.Kind, e.ImageId));
        Assert.Contains("another key", e.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_another_type_than_the_image_says_is_refused()
    {
        Dictionary<string, string> properties = Rsa.Value.Properties(Content, SignatureRoom.CertificateId);
        _room.Keep(Elliptic.Value);
        Assert.Contains("not of the type RSA-PSS", (await _room.RefusedAsync(properties)).Reason, StringComparison.Ordinal);
    }

    // cursive's PSS.MAX_LENGTH: the longest salt and no other.
    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    [InlineData(221)]
    public async Task A_salt_of_another_length_than_the_longest_is_refused(int salt)
    {
        _room.Keep(Rsa.Value);
        Dictionary<string, string> properties = Rsa.Value.Properties(Content, SignatureRoom.CertificateId);
        properties[SignatureProperties.SignatureName] = Rsa.Value.Sign(Content, "SHA-256", salt);
        await _room.RefusedAsync(properties);
        properties[SignatureProperties.SignatureName] = Rsa.Value.Sign(Content, "SHA-256", 222);
        await _room.VerifyAsync(properties, Content);
    }

    [Fact]
    public async Task Odd_lengths_of_RSA_keys_count_to_the_bit()
    {
        foreach (int bits in new[] { 1024, 1032, 2056 })
        {
            Signer signer = Signer.Make("RSA-PSS", rsaBits: bits);
            _room.Keep(signer);
            await _room.VerifyAsync(signer.Properties(Content, SignatureRoom.CertificateId, "SHA-384"), Content);
        }
    }

    [Fact]
    public async Task A_damaged_signature_is_an_answer_and_no_crash()
    {
        foreach (Signer signer in new[] { Rsa.Value, Elliptic.Value, Signer.Make("DSA") })
        {
            _room.Keep(signer);
            Dictionary<string, string> properties = signer.Properties(Content, SignatureRoom.CertificateId);
            byte[] good = Convert.FromBase64String(properties[SignatureProperties.SignatureName]);
            byte[][] bad = [good[..^1], [.. good, 0], good[1..], [0], new byte[good.Length], Enumerable.Repeat((byte)0xff, good.Length).ToArray(), [0, .. good], Pair(0, 0), Pair(1, 1), Pair(-1, -1), new byte[40_000]];
            foreach (byte[] signature in bad)
            {
                properties[SignatureProperties.SignatureName] = Convert.ToBase64String(signature);
                await _room.RefusedAsync(properties);
            }
        }
    }

    [Fact]
    public async Task Line_ends_in_the_base64_are_forgiven()
    {
        _room.Keep(Rsa.Value);
        Dictionary<string, string> properties = Rsa.Value.Properties(Content, SignatureRoom.CertificateId);
        properties[SignatureProperties.SignatureName] = properties[SignatureProperties.SignatureName].Insert(76, "\n") + "\n";
        await _room.VerifyAsync(properties, Content);
    }

    [Theory]
    [InlineData(SignatureProperties.HashMethodName, "MD5")]
    [InlineData(SignatureProperties.HashMethodName, "sha-256")]
    [InlineData(SignatureProperties.HashMethodName, "")]
    [InlineData(SignatureProperties.KeyTypeName, "RSA")]
    [InlineData(SignatureProperties.KeyTypeName, "ECC_SECP256R1")]
    [InlineData(SignatureProperties.SignatureName, "")]
    [InlineData(SignatureProperties.SignatureName, "%%%")]
    [InlineData(SignatureProperties.CertificateIdName, "../../etc/passwd")]
    [InlineData(SignatureProperties.CertificateIdName, "6f1c1a52-6a0d-4a2e-9a5e-6d8a1b0c2d3f")]
    [InlineData(SignatureProperties.CertificateIdName, "")]
    public async Task Words_that_mean_nothing_are_refused(string name, string value)
    {
        _room.Keep(Rsa.Value);
        Dictionary<string, string> properties = Rsa.Value.Properties(Content, SignatureRoom.CertificateId);
        properties[name] = value;
        await _room.RefusedAsync(properties);
    }

    [Fact]
    public void Every_part_that_is_missing_is_named()
    {
        string[] names = [SignatureProperties.SignatureName, SignatureProperties.HashMethodName, SignatureProperties.KeyTypeName, SignatureProperties.CertificateIdName];
        for (int kept = 1; kept < 15; kept++)
        {
            var properties = names.Where((_, i) => (kept & (1 << i)) != 0).ToDictionary(name => name, _ => "x", StringComparer.Ordinal);
            var e = Assert.Throws<SignatureIncompleteException>(() => SignatureProperties.Of(new ServiceImage { ImageId = "image", Status = "active", Properties = properties }));
            Assert.Equal(names.Where(name => !properties.ContainsKey(name)), e.Missing);
            Assert.Equal(("SignatureIncomplete", ErrorKind.SecurityError), (e.ErrorId, e.Kind));
        }

        Assert.Null(SignatureProperties.Of(new ServiceImage { ImageId = "image", Status = "active" }));
    }

    [Theory]
    [InlineData(-10, -1)]
    [InlineData(1, 10)]
    public async Task A_certificate_counts_only_while_it_is_valid(int from, int to)
    {
        Signer now = Rsa.Value;
        Signer other = now.Again(DateTime.UtcNow.AddDays(from), DateTime.UtcNow.AddDays(to));
        Dictionary<string, string> properties = now.Properties(Content, SignatureRoom.CertificateId);
        _room.Keep(other);
        Assert.Contains("it is valid from", (await _room.RefusedAsync(properties)).Reason, StringComparison.Ordinal);
        await _room.VerifyAsync(properties, Content, DateTime.UtcNow.AddDays((from + to) / 2));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".pem")]
    [InlineData(".crt")]
    [InlineData(".cer")]
    [InlineData(".der")]
    public async Task A_certificate_may_be_PEM_or_DER_under_the_usual_names(string ending)
    {
        Dictionary<string, string> properties = Elliptic.Value.Properties(Content, SignatureRoom.CertificateId.ToUpperInvariant());
        string path = Path.Combine(_room.Certificates, SignatureRoom.CertificateId + ending);
        await File.WriteAllTextAsync(path, Elliptic.Value.Pem, SignatureRoom.Token);
        await _room.VerifyAsync(properties, Content);
        await File.WriteAllBytesAsync(path, Elliptic.Value.Der, SignatureRoom.Token);
        await _room.VerifyAsync(properties, Content);
    }

    [Fact]
    public async Task What_is_no_certificate_is_refused()
    {
        Dictionary<string, string> properties = Rsa.Value.Properties(Content, SignatureRoom.CertificateId);
        string path = Path.Combine(_room.Certificates, SignatureRoom.CertificateId + ".pem");
        byte[] der = Rsa.Value.Der;
        byte[] nested = new byte[60_000];
        for (int i = 0; i < nested.Length - 1; i += 2)
        {
            (nested[i], nested[i + 1]) = (0x30, 0x80);
        }

        foreach (byte[] content in new byte[][] { [], [0x30], der[..^1], der[..100], "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"u8.ToArray(), nested, new byte[70_000] })
        {
            await File.WriteAllBytesAsync(path, content, SignatureRoom.Token);
            Assert.Contains("cannot be used", (await _room.RefusedAsync(properties)).Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_said()
    {
        Dictionary<string, string> properties = Rsa.Value.Properties(Content, SignatureRoom.CertificateId);
        Assert.Contains("is not there", (await _room.RefusedAsync(properties, source: new CertificateFolder(_room.File("none")))).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_are_too_short_too_long_or_no_keys_are_refused()
    {
        Refused("1.2.840.113549.1.1.1", [], RsaKey(512, 65537));
        Refused("1.2.840.113549.1.1.1", [], RsaKey(16385, 65537));
        Refused("1.2.840.113549.1.1.1", [], RsaKey(2048, 1));
        Refused("1.2.840.113549.1.1.1", [], RsaKey(2048, 4));
        Refused("1.2.840.113549.1.1.1", [], [1, 2, 3]);
        Refused("1.2.840.10040.4.1", [], [2, 1, 5]);
        Refused("1.3.101.112", [], new byte[32]);
        Refused(null, [], []);
    }

    // CVE-2020-0601 and CVE-2024-29857: curves that whoever made the certificate spelled out.
    [Fact]
    public void Curves_are_named_and_strong_or_refused()
    {
        var sequence = new AsnWriter(AsnEncodingRules.DER);
        sequence.PushSequence();
        sequence.WriteInteger(1);
        sequence.PopSequence();
        Refused("1.2.840.10045.2.1", sequence.Encode(), [4, 1, 1]);
        Refused("1.2.840.10045.2.1", [], [4, 1, 1]);
        Refused("1.2.840.10045.2.1", Oid("1.2.840.10045.3.1.7"), [4, 1, 1]);
        Refused("1.2.840.10045.2.1", Oid("1.3.132.0.34"), [4, .. Enumerable.Repeat((byte)1, 96)]);
        Refused("1.2.840.10045.2.1", Oid("1.3.132.0.34"), [0]);
        Refused("1.2.840.10045.2.1", Oid("1.3.132.0.34"), []);
    }

    [Theory]
    [InlineData("RSA-PSS")]
    [InlineData("DSA")]
    [InlineData("ECC_SECP384R1")]
    [InlineData("ECC_SECT409K1")]
    public void A_certificate_that_was_changed_anywhere_is_read_or_refused(string keyType)
    {
        byte[] der = Signer.Make(keyType).Der;
        for (int i = 0; i < der.Length; i++)
        {
            byte[] changed = [.. der];
            changed[i] ^= (byte)(1 << (i % 8));
            try
            {
                using SigningCertificate certificate = SigningCertificate.Read(changed);
                SignatureMath.Verify(certificate.ReadKey(), "sha256", new byte[32], changed);
            }
            catch (Exception e)
            {
                Assert.IsType<InvalidDataException>(e);
            }
        }
    }

    private static void Refused(string? algorithm, byte[] parameters, byte[] key) => Assert.Throws<InvalidDataException>(() => SigningKeyReader.Read(algorithm, parameters, key));

    private static byte[] Oid(string text)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteObjectIdentifier(text);
        return writer.Encode();
    }

    private static byte[] RsaKey(int bits, int exponent)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.PushSequence();
        writer.WriteInteger((System.Numerics.BigInteger.One << (bits - 1)) + 1);
        writer.WriteInteger(exponent);
        writer.PopSequence();
        return writer.Encode();
    }

    private static byte[] Pair(int first, int second)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.PushSequence();
        writer.WriteInteger(first);
        writer.WriteInteger(second);
        writer.PopSequence();
        return writer.Encode();
    }
}
