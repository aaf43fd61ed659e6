using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Storage.Linux;

/// <summary>
/// Makes a stretch of a block device read as zeros without sending zeros, through fallocate(2): first as a discard that is
/// guaranteed to read as zeros, then as a command that writes zeros. The kernel keeps its page cache right, which it does not
/// promise for the ioctls.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class DeviceZeros
{
    private const int KeepSize = 1;
    private const int PunchHole = 2;
    private const int ZeroRange = 0x10;
    private const int Interrupted = 4;

    private readonly SafeFileHandle _device;
    private readonly Queue<int> _ways = new([PunchHole | KeepSize, ZeroRange | KeepSize]);

    /// <summary>Makes it.</summary>
    /// <param name="device">The device, open for writing.</param>
    public DeviceZeros(SafeFileHandle device) => _device = device;

    /// <summary>Clears a stretch.</summary>
    /// <param name="offset">Where it begins, in bytes.</param>
    /// <param name="length">Its length in bytes; both in whole sectors of the device.</param>
    /// <returns>False where the device knows no way for this stretch: zeros have to be written.</returns>
    public bool TryClear(long offset, long length)
    {
        while (_ways.TryPeek(out int way))
        {
            int result;
            do
            {
                result = Allocate(_device, way, offset, length);
            }
            while (result != 0 && Marshal.GetLastPInvokeError() == Interrupted);

            if (result == 0)
            {
                return true;
            }

            // What it refuses once it is not asked for again: it would refuse it for every stretch.
            _ways.Dequeue();
        }

        return false;
    }

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);
}
