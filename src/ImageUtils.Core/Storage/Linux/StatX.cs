using System.Runtime.InteropServices;
using ImageUtils.Errors;

namespace ImageUtils.Storage.Linux;

/// <summary>statx(2): the one form of stat whose record is the same on every processor.</summary>
internal static partial class StatX
{
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicStats = 0x7ff;
    private const int NoEntry = 2;
    private const int NotDirectory = 20;

    /// <summary>Asks the kernel about a path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followLinks">False: a link is looked at itself.</param>
    /// <returns>What is there; null: nothing.</returns>
    /// <exception cref="ImageUnreadableException">The kernel refuses to look.</exception>
    public static FileIdentity? Look(string path, bool followLinks)
    {
        int error = TryLook(path, followLinks, out FileIdentity? identity);
        return error is 0 or NoEntry or NotDirectory
            ? identity
            : throw new ImageUnreadableException(path, Marshal.GetPInvokeErrorMessage(error));
    }

    /// <summary>Asks the kernel about a path; nothing is opened.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followLinks">False: a link is looked at itself.</param>
    /// <param name="identity">What is there.</param>
    /// <returns>0, or the error number.</returns>
    public static int TryLook(string path, bool followLinks, out FileIdentity? identity) =>
        Look(CurrentFolder, path, followLinks ? 0 : NoFollow, out identity);

    /// <summary>Asks the kernel about an open file, which no name can change any more.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="identity">What it is.</param>
    /// <returns>0, or the error number.</returns>
    public static int TryLook(int descriptor, out FileIdentity? identity) => Look(descriptor, string.Empty, EmptyPath, out identity);

    private static int Look(int folder, string path, int flags, out FileIdentity? identity)
    {
        identity = null;
        if (Call(folder, path, flags, BasicStats, out Record record) != 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        FileKind kind = (record.Mode & 0xf000) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Folder,
            0xa000 => FileKind.Link,
            0x6000 => FileKind.BlockDevice,
            0x2000 => FileKind.CharacterDevice,
            0x1000 => FileKind.Pipe,
            0xc000 => FileKind.Socket,
            _ => FileKind.Other,
        };
        ulong device = ((ulong)record.DeviceMajor << 32) | record.DeviceMinor;
        long allocated = (long)Math.Min(record.Blocks, long.MaxValue / 512) * 512;
        identity = new FileIdentity(device, record.Inode, kind, allocated) 
        {
            OwnerId = record.OwnerId,
            GroupId = record.GroupId,
            DeviceNumber = kind is FileKind.BlockDevice or FileKind.CharacterDevice ? ((ulong)record.OwnMajor << 32) | record.OwnMinor : 0,
        };
        return 0;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Call(int folder, string path, int flags, uint mask, out Record record);

    /// <summary>struct statx of linux/stat.h, 256 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Record
    {
        [FieldOffset(20)]
        public uint OwnerId;

        [FieldOffset(24)]
        public uint GroupId;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(48)]
        public ulong Blocks;

        [FieldOffset(128)]
        public uint OwnMajor;

        [FieldOffset(132)]
        public uint OwnMinor;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
