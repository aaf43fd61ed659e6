using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;

namespace ImageUtils.Services.Identity;

/// <summary>A password, token or secret. It never prints itself, and is wiped from memory when it is disposed of.</summary>
public sealed class SecretText : IDisposable
{
    private char[] _letters;

    private SecretText(char[] letters) => _letters = letters;

    /// <summary>True where there is nothing in it, also after it was wiped.</summary>
    public bool IsEmpty => _letters.Length == 0;

    /// <summary>Takes a text; the text itself stays in memory as long as the runtime keeps it.</summary>
    /// <param name="text">The secret.</param>
    /// <returns>The secret.</returns>
    public static SecretText Of(string text) => new(text.ToCharArray());

    /// <summary>Takes what PowerShell and others hand over in a <see cref="SecureString"/>.</summary>
    /// <param name="text">The secret.</param>
    /// <returns>The secret.</returns>
    public static SecretText Of(SecureString text)
    {
        IntPtr memory = Marshal.SecureStringToGlobalAllocUnicode(text);
        try
        {
            char[] letters = GC.AllocateArray<char>(text.Length, pinned: true);
            Marshal.Copy(memory, letters, 0, letters.Length);
            return new SecretText(letters);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(memory);
        }
    }

    /// <summary>The secret itself.</summary>
    /// <returns>The text.</returns>
    public string Reveal() => new(_letters);

    /// <summary>Says what may be said of it.</summary>
    /// <returns>Three asterisks.</returns>
    public override string ToString() => "***";

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_letters.AsSpan()));
        _letters = [];
    }
}
