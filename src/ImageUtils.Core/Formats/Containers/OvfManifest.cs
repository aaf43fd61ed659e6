using System.Security.Cryptography;
using System.Text;

namespace ImageUtils.Formats.Containers;

/// <summary>The manifest of an appliance (DSP0243, section 6.3): lines such as <c>SHA256(disk.vmdk)= 12ab…</c>.</summary>
internal sealed class OvfManifest
{
    /// <summary>The most of a manifest that is read.</summary>
    public const int MaximumSize = 64 * 1024;

    /// <summary>The files it names, each with its algorithm and hash.</summary>
    public List<(string File, HashAlgorithmName Algorithm, string Hash)> Entries { get; } = [];

    /// <summary>True where every line was understood.</summary>
    public bool IsUnderstood { get; private set; } = true;

    /// <summary>Reads a manifest.</summary>
    /// <param name="bytes">The text.</param>
    /// <returns>What it says.</returns>
    public static OvfManifest Read(ReadOnlySpan<byte> bytes)
    {
        OvfManifest manifest = new();
        foreach (ReadOnlySpan<char> piece in Encoding.UTF8.GetString(bytes).AsSpan().EnumerateLines())
        {
            ReadOnlySpan<char> line = piece.Trim();
            if (!line.IsEmpty && !manifest.TryAdd(line))
            {
                manifest.IsUnderstood = false;
            }
        }

        return manifest;
    }

    private static bool IsHex(ReadOnlySpan<char> text)
    {
        foreach (char character in text)
        {
            if (!char.IsAsciiHexDigit(character))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryAdd(ReadOnlySpan<char> line)
    {
        int open = line.IndexOf('(');
        int close = line.LastIndexOf(')');
        if (open <= 0 || close < open)
        {
            return false;
        }

        (HashAlgorithmName algorithm, int size) = line[..open].Trim().ToString().ToUpperInvariant() switch
        {
            "SHA1" => (HashAlgorithmName.SHA1, 20),
            "SHA256" => (HashAlgorithmName.SHA256, 32),
            "SHA512" => (HashAlgorithmName.SHA512, 64),
            _ => default,
        };
        ReadOnlySpan<char> hash = line[(close + 1)..].TrimStart(" =").Trim();
        if (size == 0 || hash.Length != size * 2 || !IsHex(hash))
        {
            return false;
        }

        Entries.Add((line[(open + 1)..close].Trim().ToString(), algorithm, hash.ToString()));
        return true;
    }
}
