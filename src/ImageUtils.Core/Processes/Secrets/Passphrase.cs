using System.Buffers;
using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using ImageUtils.Errors;

namespace ImageUtils.Processes;

/// <summary>
/// A passphrase in memory that does not move and is wiped when it is disposed of. It is never a string here, so that no copy
/// is left to the garbage collector, and it never shows in a text.
/// </summary>
public sealed class Passphrase : IDisposable
{
    /// <summary>The most bytes that are taken; a key of a key manager has a few dozen.</summary>
    public const int LongestBytes = 64 << 10;

    private readonly byte[] _memory;
    private readonly int _length;
    private bool _isDisposed;

    private Passphrase(byte[] memory, int length)
    {
        _memory = memory;
        _length = length;
    }

    /// <summary>The bytes; wiped with the object.</summary>
    internal ReadOnlyMemory<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _memory.AsMemory(0, _length);
        }
    }

    /// <summary>Reads a passphrase file; its bytes count as they are, the end of a line included, as with cinder and qemu-img.</summary>
    /// <param name="path">The file; a pipe will do.</param>
    /// <returns>The passphrase; the caller disposes of it.</returns>
    /// <exception cref="PathNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidPassphraseException">It cannot be read, or does not hold a passphrase.</exception>
    public static Passphrase FromFile(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return FromStream(stream, path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PathNotFoundException(path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new InvalidPassphraseException(path, e.Message, e);
        }
    }

    /// <summary>Reads a passphrase to the end of a stream, for example standard input; its bytes count as they are.</summary>
    /// <param name="stream">The stream; unbuffered, or a copy stays in its buffer.</param>
    /// <param name="name">What errors call it.</param>
    /// <returns>The passphrase; the caller disposes of it.</returns>
    /// <exception cref="InvalidPassphraseException">It does not hold a passphrase.</exception>
    public static Passphrase FromStream(Stream stream, string name)
    {
        byte[] memory = Pinned(LongestBytes + 1);
        int length = 0;
        try
        {
            int count;
            while (length < memory.Length && (count = stream.Read(memory.AsSpan(length))) > 0)
            {
                length += count;
            }
        }
        catch
        {
            CryptographicOperations.ZeroMemory(memory);
            throw;
        }

        return Checked(memory, length, name);
    }

    /// <summary>Takes over what a user typed; as UTF-8, without the end of a line.</summary>
    /// <param name="secret">What was typed.</param>
    /// <param name="name">What errors call it.</param>
    /// <returns>The passphrase; the caller disposes of it.</returns>
    /// <exception cref="InvalidPassphraseException">It is empty or too long.</exception>
    public static Passphrase FromSecureString(SecureString secret, string name)
    {
        byte[] memory = Pinned(LongestBytes + 1);
        nint text = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            unsafe
            {
                var characters = new ReadOnlySpan<char>((void*)text, secret.Length);
                OperationStatus status = Utf8.FromUtf16(characters, memory, out _, out int length, replaceInvalidSequences: false);
                return Checked(memory, status == OperationStatus.DestinationTooSmall ? memory.Length : status == OperationStatus.Done ? length : 0, name);
            }
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(text);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => "(passphrase)";

    /// <summary>Wipes it.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        CryptographicOperations.ZeroMemory(_memory);
    }

    private static byte[] Pinned(int length) => GC.AllocateArray<byte>(length, pinned: true);

    /// <summary>qemu takes passphrases as text that ends at the first zero byte: what it would cut or refuse is refused here.</summary>
    private static Passphrase Checked(byte[] memory, int length, string name)
    {
        ReadOnlySpan<byte> bytes = memory.AsSpan(0, length);
        string? reason = length switch
        {
            0 => "it is empty.",
            > LongestBytes => $"it has more than {LongestBytes} bytes.",
            _ when bytes.Contains((byte)0) => "it holds a zero byte, at which qemu-img would cut it.",
            _ when !Utf8.IsValid(bytes) => "it is no valid UTF-8, which qemu-img requires.",
            _ => null,
        };
        if (reason is null)
        {
            return new Passphrase(memory, length);
        }

        CryptographicOperations.ZeroMemory(memory);
        throw new InvalidPassphraseException(name, reason);
    }
}
