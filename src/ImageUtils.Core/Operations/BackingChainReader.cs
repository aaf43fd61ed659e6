using System.Runtime.CompilerServices;
using ImageUtils.Errors;
using ImageUtils.Formats;
using ImageUtils.Storage;

namespace ImageUtils.Operations;

/// <summary>
/// Follows a chain of backing files, the top first. Each link is read by our own parsers as the format that the file above
/// it names; a name of a protocol is never followed, and nothing but files and block devices is opened.
/// </summary>
public sealed class BackingChainReader
{
    /// <summary>No chain that people make comes near it; qemu itself has no bound but its memory.</summary>
    public const int MaximumDepth = 200;

    private readonly ImageInfoReader _reader;

    /// <summary>Makes the reader.</summary>
    /// <param name="context">What it needs from outside.</param>
    public BackingChainReader(OperationContext context) => _reader = new ImageInfoReader(context);

    /// <summary>
    /// Reads an image and all below it, as they are asked for; what goes wrong below the top is thrown when its turn
    /// comes, after all links above it.
    /// </summary>
    /// <param name="request">The question about the top.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What each link is.</returns>
    /// <exception cref="PathNotFoundException">A link is not there; the message names the file that names it.</exception>
    /// <exception cref="FormatMismatchException">A link is not of the format that the file above it names.</exception>
    /// <exception cref="BackingChainBrokenException">A name of a protocol, a cycle, or too many links.</exception>
    /// <exception cref="ImageUnreadableException">A link cannot be read, or is neither a file nor a block device.</exception>
    /// <exception cref="ImageUnacceptableException">qemu-img was asked for, and a link is not safe to show to it.</exception>
    public async IAsyncEnumerable<QemuImageInfo> ReadAsync(ImageInfoRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        HashSet<(ulong Device, ulong Inode, string Name)> seen = [];
        ImageInfoRequest? next = request;
        for (int depth = 0; next is not null; depth++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _ = seen.Add(IdentityOf(next.Path));
            QemuImageInfo info = await _reader.ReadAsync(next, cancellationToken).ConfigureAwait(false);
            if (depth > 0)
            {
                RefuseOtherFormat(next, info);
            }

            yield return info;
            next = Below(info, request, seen, depth);
        }
    }

    private static ImageInfoRequest? Below(QemuImageInfo above, ImageInfoRequest request, HashSet<(ulong Device, ulong Inode, string Name)> seen, int depth)
    {
        if (string.IsNullOrEmpty(above.BackingFile))
        {
            return null;
        }

        string name = ImageText.Show(above.BackingFile);
        string path = PathOf(above, name);
        if (depth + 1 >= MaximumDepth)
        {
            throw new BackingChainBrokenException(above.Path, name, FormattableString.Invariant($"the chain has more than {MaximumDepth} links."));
        }

        FileIdentity identity = FileIdentity.Of(path) ?? throw new PathNotFoundException(path, above.Path, null);
        if (identity.Kind is not (FileKind.Regular or FileKind.BlockDevice))
        {
            throw new BackingChainBrokenException(above.Path, name, "it is neither a regular file nor a block device.");
        }

        return seen.Contains(IdentityOf(path))
            ? throw new BackingChainBrokenException(above.Path, name, "it is a link of this chain already.")
            : request with { Path = path, ImageFormat = FormatOf(above, name) };
    }

    private static string PathOf(QemuImageInfo above, string name)
    {
        string file = above.BackingFile!;
        bool isMicrosoft = above.Format is "vhd" or "vhdx";
        if (isMicrosoft && !OperatingSystem.IsWindows())
        {
            // Their locators are written as Windows writes paths; only names within the same folder mean something here.
            file = file.Replace('\\', '/');
            file = file.StartsWith("./", StringComparison.Ordinal) ? file[2..] : file;
            if (file.Contains('/', StringComparison.Ordinal) || file.Contains(':', StringComparison.Ordinal))
            {
                throw new BackingChainBrokenException(above.Path, name, "it is a path of Windows outside of the image's folder.");
            }
        }

        if (BackingFileName.HasProtocol(file))
        {
            throw new BackingChainBrokenException(above.Path, name, "it is a name of a protocol, not of a file.");
        }

        return file.Contains('\0', StringComparison.Ordinal)
            ? throw new BackingChainBrokenException(above.Path, name, "it is no name that a file can have.")
            : BackingFileName.Resolve(above.Path, file);
    }

    private static DiskFormat? FormatOf(QemuImageInfo above, string name)
    {
        if (above.BackingFormat is not string named)
        {
            return above.Format switch
            {
                "vhd" => DiskFormat.Vhd,
                "vhdx" => DiskFormat.Vhdx,
                _ => null,
            };
        }

        // Names of protocols stand there too, where qemu was told one: the bytes are the disk then.
        return named is "file" or "host_device"
            ? DiskFormat.Raw
            : DiskFormat.TryParse(named, out DiskFormat? format)
                ? format
                : throw new BackingChainBrokenException(above.Path, name, $"its format is said to be '{ImageText.Show(named)}', which nobody knows.");
    }

    private static void RefuseOtherFormat(ImageInfoRequest request, QemuImageInfo info)
    {
        if (request.ImageFormat is DiskFormat wanted && !string.Equals(wanted.Name, info.Format, StringComparison.Ordinal))
        {
            throw new FormatMismatchException(info.Path, wanted.Name, info.Format);
        }
    }

    /// <summary>Where the system does not number its files, the name must do.</summary>
    private static (ulong Device, ulong Inode, string Name) IdentityOf(string path) =>
        FileIdentity.TryOf(path) is { Inode: not 0 } identity ? (identity.Device, identity.Inode, string.Empty) : (0, 0, Path.GetFullPath(path));
}
