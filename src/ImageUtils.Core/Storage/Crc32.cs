using System.Runtime.InteropServices;

namespace ImageUtils.Storage;

/// <summary>The checksum of zip, gzip and xz (ISO 3309), by the zlib that comes with the runtime.</summary>
internal static unsafe partial class Crc32
{
    /// <summary>Adds bytes to a checksum.</summary>
    /// <param name="crc">The checksum so far; 0 at the beginning.</param>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The checksum with them.</returns>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        // zlib takes a null pointer for a wish to begin anew.
        if (bytes.IsEmpty)
        {
            return crc;
        }

        fixed (byte* from = bytes)
        {
            return Compute(crc, from, bytes.Length);
        }
    }

    [LibraryImport("libSystem.IO.Compression.Native", EntryPoint = "CompressionNative_Crc32")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint Compute(uint crc, byte* bytes, int length);
}
