using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ImageUtils.Processes;

/// <summary>Passphrases on a standard input: the length of each as a little-endian number of four bytes, then its bytes.</summary>
internal static class SecretFrame
{
    private const int LengthBytes = 4;

    /// <summary>Writes passphrases into memory that does not move.</summary>
    /// <param name="passphrases">The passphrases.</param>
    /// <returns>The bytes; the caller wipes them.</returns>
    public static byte[] Write(IReadOnlyCollection<Passphrase> passphrases)
    {
        byte[] frame = GC.AllocateArray<byte>(passphrases.Sum(passphrase => LengthBytes + passphrase.Bytes.Length), pinned: true);
        Span<byte> rest = frame;
        foreach (Passphrase passphrase in passphrases)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, passphrase.Bytes.Length);
            passphrase.Bytes.Span.CopyTo(rest[LengthBytes..]);
            rest = rest[(LengthBytes + passphrase.Bytes.Length)..];
        }

        return frame;
    }

    /// <summary>Reads one passphrase, and not a byte more.</summary>
    /// <param name="input">The input; unbuffered, or a copy stays in its buffer.</param>
    /// <returns>The passphrase; the caller disposes of it.</returns>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static Passphrase Read(Stream input)
    {
        Span<byte> head = stackalloc byte[LengthBytes];
        if (input.ReadAtLeast(head, LengthBytes, throwOnEndOfStream: false) < LengthBytes)
        {
            throw new InvalidDataException("Standard input holds fewer passphrases than were announced.");
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length is <= 0 or > Passphrase.LongestBytes)
        {
            throw new InvalidDataException("Standard input holds no passphrase.");
        }

        byte[] bytes = GC.AllocateArray<byte>(length, pinned: true);
        try
        {
            input.ReadExactly(bytes);
            using var exact = new MemoryStream(bytes, writable: false);
            return Passphrase.FromStream(exact, "standard input");
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("Standard input ended within a passphrase.", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
