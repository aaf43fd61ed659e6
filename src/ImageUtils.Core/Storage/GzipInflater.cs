using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Storage;

/// <summary>
/// Inflates a gzip, or bare deflate data, by the zlib that comes with the runtime. The runtime's own streams take a file that was cut, or that has
/// something else behind its end, for a whole one; what they call underneath tells exactly where the data end.
/// </summary>
internal sealed unsafe partial class GzipInflater : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int Window = 15;
    private const int GzipWindow = Window + 16;
    private const int NoFlush = 0;
    private const int Ok = 0;
    private const int StreamEnd = 1;
    private const int BufferError = -5;

    /// <summary>Makes an inflater for one member.</summary>
    /// <param name="framing">What stands around the deflate data.</param>
    public GzipInflater(DeflateFraming framing = DeflateFraming.Gzip)
        : base(ownsHandle: true)
    {
        // zlib keeps the address of this block, so it must not move.
        var stream = (ZlibStream*)NativeMemory.AllocZeroed((nuint)sizeof(ZlibStream));
        if (InflateInit(stream, framing == DeflateFraming.Gzip ? GzipWindow : -Window) != Ok)
        {
            NativeMemory.Free(stream);
            throw new InvalidOperationException("zlib cannot be set up.");
        }

        SetHandle((nint)stream);
    }

    /// <summary>True when the member has come to its end and its checksum and length, where it has them, were right.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Inflates as far as input and output reach.</summary>
    /// <param name="input">The packed bytes.</param>
    /// <param name="output">Where the data go.</param>
    /// <param name="consumed">How many packed bytes were taken.</param>
    /// <param name="produced">How many bytes were written.</param>
    /// <returns>False where the packed bytes are damaged.</returns>
    public bool TryInflate(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int produced)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        var stream = (ZlibStream*)handle;
        fixed (byte* from = input)
        fixed (byte* to = output)
        {
            stream->NextIn = from;
            stream->AvailableIn = (uint)input.Length;
            stream->NextOut = to;
            stream->AvailableOut = (uint)output.Length;
            int result = Inflate(stream, NoFlush);
            consumed = input.Length - (int)stream->AvailableIn;
            produced = output.Length - (int)stream->AvailableOut;
            stream->NextIn = null;
            stream->NextOut = null;
            IsFinished = result == StreamEnd;
            return result is Ok or StreamEnd or BufferError;
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        var stream = (ZlibStream*)handle;
        _ = InflateEnd(stream);
        NativeMemory.Free(stream);
        return true;
    }

    [LibraryImport("libSystem.IO.Compression.Native", EntryPoint = "CompressionNative_InflateInit2_")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int InflateInit(ZlibStream* stream, int windowBits);

    [LibraryImport("libSystem.IO.Compression.Native", EntryPoint = "CompressionNative_Inflate")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Inflate(ZlibStream* stream, int flush);

    [LibraryImport("libSystem.IO.Compression.Native", EntryPoint = "CompressionNative_InflateEnd")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int InflateEnd(ZlibStream* stream);

    /// <summary>PAL_ZStream of the runtime's pal_zlib.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ZlibStream
    {
        public byte* NextIn;
        public byte* NextOut;
        public byte* Message;
        public void* State;
        public uint AvailableIn;
        public uint AvailableOut;
    }
}
