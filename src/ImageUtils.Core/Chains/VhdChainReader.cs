using ImageUtils.Errors;
using ImageUtils.Formats;
using ImageUtils.Formats.Vhd;
using ImageUtils.Operations;
using ImageUtils.Storage;

namespace ImageUtils.Chains;

/// <summary>Says what a chain of VHDs is made of, link by link, and what keeps it from being merged (cinder's discover_vhd_chain and get_vhd_size).</summary>
public sealed class VhdChainReader
{
    private readonly OperationContext _context;

    /// <summary>Makes the reader.</summary>
    /// <param name="context">Settings and ports.</param>
    public VhdChainReader(OperationContext context) => _context = context;

    /// <summary>Reads one chain. Trouble of a link is told by the link.</summary>
    /// <param name="source">One file, whose parents are looked for in its folder; several, newest first; a folder; or an archive.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The links, newest first.</returns>
    /// <exception cref="ArgumentException">The source is none, or of several kinds.</exception>
    /// <exception cref="PathNotFoundException">The file or folder is not there.</exception>
    /// <exception cref="ImageUnreadableException">It cannot be read.</exception>
    /// <exception cref="VhdChainBrokenException">There is no 0.vhd.</exception>
    /// <exception cref="ArchiveUnsafeException">The archive is damaged, or holds what may not be there.</exception>
    /// <exception cref="NotSupportedOperationException">A link is a VHDX.</exception>
    public IReadOnlyList<VhdLink> Read(VhdChainSource source, CancellationToken cancellationToken)
    {
        source.RequireOne();
        cancellationToken.ThrowIfCancellationRequested();
        if (source.ArchivePath is { } archive)
        {
            return ReadArchive(Path.GetFullPath(archive), cancellationToken);
        }

        if (source.DirectoryPath is { } folder)
        {
            return ReadFolder(Path.GetFullPath(folder));
        }

        IReadOnlyList<string> paths = [.. source.Paths.Select(Path.GetFullPath)];
        return paths.Count == 1 ? ReadLeaf(paths[0], cancellationToken) : Describe([.. paths.Select(path => Open(path, path))], null);
    }

    private static List<VhdLink> ReadFolder(string folder)
    {
        IReadOnlyList<string> paths;
        string? missing = null;
        try
        {
            paths = VhdFolder.Find(folder);
        }
        catch (VhdChainBrokenException e) when (File.Exists(Path.Combine(folder, VhdFolder.NameOf(0))))
        {
            List<string> found = [];
            while (!string.Equals(Path.Combine(folder, VhdFolder.NameOf(found.Count)), e.Path, StringComparison.Ordinal))
            {
                found.Add(Path.Combine(folder, VhdFolder.NameOf(found.Count)));
            }

            paths = found;
            missing = $"'{Path.GetFileName(e.Path)}': {e.Reason}";
        }

        return Describe([.. paths.Select(path => Open(path, path))], missing);
    }

    private static List<VhdLink> ReadLeaf(string leaf, CancellationToken cancellationToken)
    {
        // Whether it is there, and a file, is the caller's question and no trouble of the chain.
        FileImageReader.Open(leaf).Dispose();
        List<Found> links = [Open(leaf, leaf)];
        string? problem = null;
        while (links[^1].Layout is { IsDifferencing: true } layout)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string? parent = VhdParentSearch.Find(layout, links[^1].Path, Path.GetDirectoryName(leaf)!);
            if (parent is null)
            {
                break;
            }

            if (links.Count == VhdChain.MostLinks || links.Exists(link => FileIdentity.AreSame(link.Path, parent)))
            {
                problem = $"Its parent is '{parent}', which is a link of the chain already: the parents go in a circle.";
                break;
            }

            links.Add(Open(parent, parent));
        }

        return Describe(links, problem);
    }

    private static Found Open(string path, string name)
    {
        try
        {
            using FileImageReader file = FileImageReader.Open(path);
            return new Found(name, VhdLayout.Read(file, name), null);
        }
        catch (VhdCorruptException e)
        {
            return new Found(name, null, e.Reason);
        }
        catch (Exception e) when (e is PathNotFoundException or ImageUnreadableException)
        {
            return new Found(name, null, e.Message);
        }
    }

    private static List<VhdLink> Describe(List<Found> links, string? lastProblem)
    {
        List<VhdLink> described = [];
        for (int depth = 0; depth < links.Count; depth++)
        {
            VhdLayout? layout = links[depth].Layout;
            VhdLayout? parent = depth + 1 < links.Count ? links[depth + 1].Layout : null;
            bool isLast = depth == links.Count - 1;
            described.Add(new VhdLink
            {
                Path = links[depth].Path,
                LeafPath = links[0].Path,
                Depth = depth,
                Type = layout?.Footer.Type switch { null => null, VhdFooter.FixedType => VhdType.Fixed, VhdFooter.DynamicType => VhdType.Dynamic, _ => VhdType.Differencing },
                VirtualSize = layout?.VirtualSize ?? 0,
                BlockSize = layout?.Header?.BlockSize ?? 0,
                UniqueId = layout?.Footer.UniqueId,
                ParentUniqueId = layout is { IsDifferencing: true } ? layout.Header!.ParentId : null,
                ParentName = layout is { IsDifferencing: true, Header.ParentName.Length: > 0 } ? ImageText.Show(layout.Header.ParentName) : null,
                AllocatedBlocks = layout?.Table.UsedCount ?? 0,
                Problem = links[depth].Problem ?? (isLast ? lastProblem : null) ?? ProblemOf(layout, parent, isLast),
            });
        }

        return described;
    }

    private static string? ProblemOf(VhdLayout? layout, VhdLayout? parent, bool isLast)
    {
        try
        {
            if (layout is not null && parent is not null)
            {
                VhdChain.RequireParent(layout, parent, ignoreIds: false);
            }

            if (layout is not null && isLast)
            {
                VhdChain.RequireBase(layout);
            }

            return null;
        }
        catch (VhdChainBrokenException e)
        {
            return e.Reason;
        }
    }

    private List<VhdLink> ReadArchive(string path, CancellationToken cancellationToken)
    {
        if (TryStream(path, cancellationToken) is { } links)
        {
            return Describe(links, null);
        }

        long packed = new FileInfo(path).Length;
        using ArchiveUnpacker unpacked = ArchiveUnpacker.Unpack(
            path,
            new ConversionDirectory(_context.Options),
            ArchiveLimits.Default,
            name: null,
            done => _context.Progress?.Report(new OperationProgress($"Reading {Path.GetFileName(path)}", done, packed)),
            cancellationToken);
        return Describe([.. unpacked.Paths.Select((file, number) => Open(file, Path.Combine(path, VhdFolder.NameOf(number))))], null);
    }

    /// <summary>Reads the links of an archive as they come by; null: it must be unpacked.</summary>
    private static List<Found>? TryStream(string path, CancellationToken cancellationToken)
    {
        using var archive = new XenArchive(path, ArchiveLimits.Default);
        List<Found> links = [];
        try
        {
            while (archive.Next(out long length) is { } number)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (number != links.Count || StreamedLink.TryOpen(archive, number, length) is not { } link || !link.TryFinish())
                {
                    return null;
                }

                links.Add(new Found(archive.NameOf(number), link.Layout, null));
            }
        }
        catch (VhdCorruptException)
        {
            // Unpacked, each link can tell its own trouble.
            return null;
        }

        return links;
    }

    private sealed record Found(string Path, VhdLayout? Layout, string? Problem);
}
