using System.Globalization;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Privilege;
using ImageUtils.Storage;
using ImageUtils.Storage.Linux;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Conversion;

/// <summary>
/// A block device. It is held open for us alone until the end, so that nobody mounts it meanwhile; before and after, it must
/// be the same device. What can be refused is refused before the first byte is written; after that it cannot be put back, and
/// whoever asked is told so.
/// </summary>
internal sealed class DeviceTarget : IConversionTarget
{
    /// <summary>
    /// Formats that are known by their beginning where the device goes on behind them, and whose qemu-img drivers write every
    /// byte of what they allocate. VHD and Parallels do not: what the device held before would show up inside the disk.
    /// </summary>
    private static readonly DiskFormat[] Possible = [DiskFormat.Raw, DiskFormat.Qcow2, DiskFormat.Luks, DiskFormat.Vdi];

    private readonly SafeFileHandle? _handle;
    private readonly RootImageReader? _asRoot;
    private readonly BlockDevice _before;
    private bool _isTouched;
    private bool _isDone;

    private DeviceTarget(string path, BlockDevice device, SafeFileHandle? handle, RootImageReader? asRoot)
    {
        DestinationPath = path;
        _before = device;
        _handle = handle;
        _asRoot = asRoot;
        IsDirect = asRoot?.File.IsDirect ?? DeviceOpening.CanWriteDirectly(path);
    }

    /// <inheritdoc/>
    public string DestinationPath { get; }

    /// <inheritdoc/>
    public string WritePath => DestinationPath;

    /// <inheritdoc/>
    public bool IsDevice => true;

    /// <inheritdoc/>
    public bool IsDirect { get; }

    /// <summary>Takes a device; nothing is written.</summary>
    /// <param name="path">The device.</param>
    /// <param name="force">True: also where somebody uses it.</param>
    /// <param name="log">Hears of a use that did not count.</param>
    /// <returns>The target; the caller disposes of it.</returns>
    /// <exception cref="DeviceNotFoundException">There is no such device, or no medium in it.</exception>
    /// <exception cref="DeviceBusyException">Somebody uses it.</exception>
    /// <exception cref="DestinationUnwritableException">It is read-only, or may not be written.</exception>
    public static DeviceTarget Open(string path, bool force, IOperationLog log) => Open(path, force, log, openAsRoot: null);

    /// <summary>Takes a device that only root may write: the program that reads for root holds it, and qemu-img behind the root helper writes it.</summary>
    /// <param name="path">The device.</param>
    /// <param name="force">True: also where somebody uses it.</param>
    /// <param name="context">The ports.</param>
    /// <returns>The target; the caller disposes of it.</returns>
    /// <exception cref="ImageUtilsException">As with <see cref="Open(string, bool, IOperationLog)"/>, or the root helper cannot be used.</exception>
    public static DeviceTarget OpenAsRoot(string path, bool force, OperationContext context) =>
        Open(path, force, context.Log, hold => RootImageReader.OpenDevice(context, path, hold));

    /// <summary>Tells whether the user may not write a device.</summary>
    /// <param name="path">The device.</param>
    /// <returns>True where only somebody else may.</returns>
    public static bool IsDenied(string path)
    {
        using SafeFileHandle? handle = DeviceOpening.TryOpen(path, alone: false, out int error);
        return handle is null && error is DeviceOpening.AccessDenied or DeviceOpening.NotPermitted;
    }

    private static DeviceTarget Open(string path, bool force, IOperationLog log, Func<bool, RootImageReader>? openAsRoot)
    {
        BlockDevice device = BlockDevice.Look(path) ?? throw new DeviceNotFoundException(path);
        if (device.SizeBytes == 0)
        {
            throw new DeviceNotFoundException(path) { RecommendedAction = "The device is there, but it is empty: no medium, or no file behind it." };
        }

        if (device.IsReadOnly)
        {
            throw new DestinationUnwritableException(path, "It is a device that is read-only.");
        }

        string? use = new BlockDeviceUse().Find(device);
        if (use is not null && !force)
        {
            throw Busy(path, use);
        }

        RootImageReader? asRoot = openAsRoot is null ? null : TakeAsRoot(force, openAsRoot);
        SafeFileHandle? handle = asRoot is null ? Take(path, force) : null;
        if (use is not null)
        {
            log.Warning($"'{path}' is written although {use}");
        }

        return new DeviceTarget(path, device, handle, asRoot);
    }

    /// <inheritdoc/>
    public void CheckRoom(ConversionPlan plan, string subject)
    {
        if (!Possible.Contains(plan.OutputFormat))
        {
            throw new NotSupportedOperationException(
                $"'{DestinationPath}' is a device; {plan.OutputFormat} needs a file. Formats for devices: {string.Join(", ", Possible.Select(format => format.Name))}.");
        }

        // A qcow2 image grows as it is written; what it needs in the end nobody knows, and a full device says so.
        long needed = plan.OutputFormat == DiskFormat.Qcow2 ? plan.RequiredBytes : Math.Max(plan.RequiredBytes, plan.VirtualSize);
        if (needed > _before.SizeBytes)
        {
            throw new ImageTooBigException(
                subject,
                string.Create(CultureInfo.InvariantCulture, $"it needs {needed} bytes, and the device '{DestinationPath}' has {_before.SizeBytes}."));
        }

        // From here on nothing is asked any more.
        _isTouched = true;
    }

    /// <inheritdoc/>
    public NoSpaceException NoSpace(Exception cause) => new(DestinationPath, cause) { RecommendedAction = StateAfterFailure() };

    /// <inheritdoc/>
    public string? StateAfterFailure() => _isTouched && !_isDone
        ? $"The device '{DestinationPath}' was being written: what it held is lost, and what is on it now is not whole. Write it again before it is used."
        : null;

    /// <inheritdoc/>
    public void Commit()
    {
        try
        {
            // Behind the root helper qemu-img has flushed it.
            if (_handle is not null)
            {
                FileSync.Flush(_handle);
            }
        }
        catch (IOException e) when (DiskSpace.IsNoSpace(e))
        {
            throw NoSpace(e);
        }
        catch (IOException e)
        {
            throw new DestinationUnwritableException(DestinationPath, e.Message, e) { RecommendedAction = StateAfterFailure() };
        }

        RequireSame();
        _isDone = true;
    }

    /// <inheritdoc/>
    public long BytesTaken(ConversionPlan plan) => plan.OutputFormat == DiskFormat.Luks ? plan.RequiredBytes : plan.VirtualSize;

    /// <inheritdoc/>
    public IImageReader OpenResult() => _asRoot is null ? FileImageReader.Open(WritePath) : new SliceImageReader(_asRoot, 0, _asRoot.Length, DestinationPath);

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle?.Dispose();
        _asRoot?.Dispose();
    }

    private static RootImageReader TakeAsRoot(bool force, Func<bool, RootImageReader> open)
    {
        try
        {
            return open(true);
        }
        catch (DeviceBusyException) when (force)
        {
            return open(false);
        }
    }

    private static SafeFileHandle Take(string path, bool force)
    {
        SafeFileHandle? handle = DeviceOpening.TryOpen(path, alone: true, out int error);
        if (handle is null && force && error == DeviceOpening.Busy)
        {
            handle = DeviceOpening.TryOpen(path, alone: false, out error);
        }

        string reason = System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error);
        return handle ?? throw (error == DeviceOpening.Busy
            ? Busy(path, "another program, or the kernel, holds it for itself alone.")
            : new DestinationUnwritableException(path, reason + "."));
    }

    private static DeviceBusyException Busy(string path, string use) => new(path, use)
    {
        RecommendedAction = "Unmount or release it first. With -Force (--force) it is written all the same, which destroys what its user keeps on it.",
    };

    private void RequireSame()
    {
        if (BlockDevice.Look(DestinationPath) is not { } after || after != _before)
        {
            throw new DeviceNotFoundException(DestinationPath) { RecommendedAction = $"The device was there when the work began, and is gone or another one now. {StateAfterFailure()}" };
        }
    }
}
