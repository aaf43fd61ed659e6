using System.Globalization;
using ImageUtils.Errors;
using ImageUtils.Formats;
using ImageUtils.Operations;
using ImageUtils.Privilege;
using ImageUtils.Qemu;
using ImageUtils.Safety;
using ImageUtils.Storage;
using ImageUtils.Storage.Linux;

namespace ImageUtils.Conversion;

/// <summary>
/// Changes the size of the disk inside an image, in place (cinder's resize_image). The image is inspected before and after;
/// the format is always pinned, since qemu-img resize on a guessed one destroys a raw disk whose guest wrote a qcow2 header
/// (CVE-2026-24708). Raw disks need no program.
/// </summary>
public sealed class VolumeResizer
{
    private const int UnixFileTooLarge = 27;

    private readonly OperationContext _context;

    /// <summary>Makes the resizer.</summary>
    /// <param name="context">Settings and ports.</param>
    public VolumeResizer(OperationContext context) => _context = context;

    /// <summary>Resizes one image.</summary>
    /// <param name="request">Which image, and its new size.</param>
    /// <param name="cancellationToken">Ends it; a program that is at work is ended with it.</param>
    /// <returns>What the image is now.</returns>
    /// <exception cref="PathNotFoundException">There is no such file.</exception>
    /// <exception cref="ImageUnreadableException">It cannot be read, or is no file.</exception>
    /// <exception cref="InvalidSizeException">The size is none, smaller without <see cref="ResizeRequest.Shrink"/>, or more than the file system can hold.</exception>
    /// <exception cref="FormatMismatchException">The content is another format than was named; nothing was changed.</exception>
    /// <exception cref="ImageUnacceptableException">The image is not safe; no program has seen it.</exception>
    /// <exception cref="NotSupportedOperationException">Images of this kind cannot be resized.</exception>
    /// <exception cref="ToolNotFoundException">It is not raw, and there is no qemu-img.</exception>
    /// <exception cref="ToolFailedException">qemu-img failed; the recommended action says what the image is now.</exception>
    /// <exception cref="NoSpaceException">The file system is full.</exception>
    /// <exception cref="DestinationUnwritableException">The file cannot be written, or another program has it open.</exception>
    public async Task<QemuImageInfo> ResizeAsync(ResizeRequest request, CancellationToken cancellationToken)
    {
        request = request with { Path = Path.GetFullPath(request.Path) };
        ResizeRules.RequireSize(request.SizeBytes);
        await TemporaryOwnership.UndoLeftAsync(_context, cancellationToken).ConfigureAwait(false);
        ImageInspection before = Inspect(request.Path, request.RunAsRoot, cancellationToken);
        ResizeRules.RequireFormat(request, before.Facts.Format);
        ImageFacts facts = before.ThrowIfUnacceptable().Facts;
        bool isSmaller = ResizeRules.RequireAble(request, facts);
        if (FileIdentity.TryOf(request.Path) is { Kind: FileKind.BlockDevice })
        {
            throw new NotSupportedOperationException($"'{request.Path}' is a block device; its size is changed by what provides it.");
        }

        if (facts.Format.IsRawContent)
        {
            await ResizeRawAsync(request, isSmaller, cancellationToken).ConfigureAwait(false);
        }
        else if (request.SizeBytes != facts.VirtualSize)
        {
            await RunQemuImgAsync(request, facts.Format, isSmaller, cancellationToken).ConfigureAwait(false);
        }

        return Confirm(request, facts, cancellationToken);
    }

    private ImageInspection Inspect(string path, bool runAsRoot, CancellationToken cancellationToken) =>
        PrivilegedInspection.Inspect(_context, path, new InspectionRequest { AllowedVmdkTypes = _context.Options.VmdkAllowedTypes }, runAsRoot, cancellationToken);

    private async Task ResizeRawAsync(ResizeRequest request, bool isSmaller, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            SetLength(request.Path, request.SizeBytes);
            _context.Log.Verbose(string.Create(CultureInfo.InvariantCulture, $"Set the length of '{request.Path}' to {request.SizeBytes} bytes."));
        }
        catch (UnauthorizedAccessException) when (request.RunAsRoot)
        {
            await RunQemuImgAsync(request, DiskFormat.Raw, isSmaller, cancellationToken).ConfigureAwait(false);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DestinationUnwritableException(request.Path, e.Message, e);
        }
    }

    private static void SetLength(string path, long length)
    {
        try
        {
            // A disk is not cut, nor made longer, while somebody reads or writes it: neither one of ours (a conversion, an
            // upload), nor a virtual machine. qemu-img would refuse it too.
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            if (OperatingSystem.IsLinux() && QemuLock.IsHeld(file.SafeFileHandle))
            {
                throw new DestinationUnwritableException(path, "qemu has it open, perhaps for a virtual machine that runs.");
            }

            file.SetLength(length);
        }
        catch (IOException e) when (DiskSpace.IsNoSpace(e))
        {
            throw ConversionDestination.NoSpace(path, e);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException || (e is IOException && e.HResult == UnixFileTooLarge))
        {
            throw new InvalidSizeException(length.ToString(CultureInfo.InvariantCulture), "it is more than a file can have on this file system.", e);
        }
        catch (IOException e)
        {
            throw new DestinationUnwritableException(path, e.Message, e);
        }
    }

    private async Task RunQemuImgAsync(ResizeRequest request, DiskFormat format, bool shrink, CancellationToken cancellationToken)
    {
        try
        {
            await new QemuImg(_context)
                .ResizeAsync(request.Path, format, request.SizeBytes, shrink, request.RunAsRoot, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (ToolFailedException e) when (e.StandardError.Contains("No space left", StringComparison.Ordinal))
        {
            throw ConversionDestination.NoSpace(request.Path, e);
        }
        catch (ToolFailedException e)
        {
            throw new ToolFailedException(e.CommandLine, e.ExitCode, e.StandardError, e) { RecommendedAction = Describe(request, cancellationToken) };
        }
    }

    /// <summary>What a failed program left behind.</summary>
    private string Describe(ResizeRequest request, CancellationToken cancellationToken)
    {
        try
        {
            ImageInspection left = Inspect(request.Path, request.RunAsRoot, cancellationToken);
            string state = left.IsAcceptable ? "passes every check" : "does not pass every check any more (Test-ImageFormat says which)";
            return string.Create(CultureInfo.InvariantCulture, $"The image is {left.Facts.Format} with a disk of {left.Facts.VirtualSize} bytes now, and {state}.");
        }
        catch (ImageUtilsException e)
        {
            return $"The image cannot be inspected now: {e.Message}";
        }
    }

    private QemuImageInfo Confirm(ResizeRequest request, ImageFacts before, CancellationToken cancellationToken)
    {
        ImageInspection after = Inspect(request.Path, request.RunAsRoot, cancellationToken);
        DiskFormat format = after.Facts.Format;

        // The end of a raw disk may have been all that made it a GPT disk, or an ISO.
        bool isSame = format == before.Format || (format.IsRawContent && before.Format.IsRawContent);
        if (!isSame || after.Facts.VirtualSize != request.SizeBytes)
        {
            throw new ConversionFailedException(
                request.Path,
                string.Create(CultureInfo.InvariantCulture, $"after the resize it is {format} with a disk of {after.Facts.VirtualSize} bytes instead of {before.Format} with {request.SizeBytes}."));
        }

        return QemuImageInfoFactory.FromInspection(request.Path, after, AllocatedSize.Of(request.Path));
    }
}
