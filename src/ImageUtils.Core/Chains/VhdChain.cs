using ImageUtils.Errors;
using ImageUtils.Formats.Vhd;
using ImageUtils.Storage;

namespace ImageUtils.Chains;

/// <summary>The links of a chain, open and checked: newest first, each the parent of the one before, the base last.</summary>
internal sealed class VhdChain : IDisposable
{
    /// <summary>More links than any snapshot tree has; XenServer stops at 30.</summary>
    public const int MostLinks = 256;

    private VhdChain(IReadOnlyList<VhdDiskReader> links) => Links = links;

    /// <summary>The links, newest first.</summary>
    public IReadOnlyList<VhdDiskReader> Links { get; }

    /// <summary>The size of the merged disk.</summary>
    public long VirtualSize => Links[0].VirtualSize;

    /// <summary>Opens files that are given in order.</summary>
    /// <param name="paths">Full paths, newest first.</param>
    /// <param name="ignoreIds">Believe the order, whatever the ids say.</param>
    /// <param name="names">What errors name; null: the paths.</param>
    /// <returns>The chain; the caller disposes of it.</returns>
    /// <exception cref="VhdChainBrokenException">They are no chain.</exception>
    /// <exception cref="VhdCorruptException">One of them is no sound VHD.</exception>
    public static VhdChain OpenOrdered(IReadOnlyList<string> paths, bool ignoreIds, IReadOnlyList<string>? names = null) => Open(paths, names ?? paths, links =>
    {
        RequireLinked(links.ConvertAll(link => link.Layout), ignoreIds);
        return links;
    });

    /// <summary>Opens files whose ids tell the order.</summary>
    /// <param name="paths">Full paths.</param>
    /// <returns>The chain; the caller disposes of it.</returns>
    /// <exception cref="VhdChainBrokenException">They are no chain.</exception>
    /// <exception cref="VhdCorruptException">One of them is no sound VHD.</exception>
    public static VhdChain OpenAnyOrder(IReadOnlyList<string> paths) => Open(paths, paths, links =>
    {
        List<VhdDiskReader> ordered = VhdChainOrder.Sort(links);
        RequireLinked(ordered.ConvertAll(link => link.Layout), ignoreIds: false);
        return ordered;
    });

    /// <summary>Judges whether links follow one another.</summary>
    /// <param name="links">The links, newest first.</param>
    /// <param name="ignoreIds">Leave the ids out.</param>
    /// <exception cref="VhdChainBrokenException">They do not.</exception>
    public static void RequireLinked(IReadOnlyList<VhdLayout> links, bool ignoreIds)
    {
        for (int index = 1; index < links.Count; index++)
        {
            RequireParent(links[index - 1], links[index], ignoreIds);
        }

        RequireBase(links[^1]);
    }

    /// <summary>Judges whether one link is the parent of another.</summary>
    /// <param name="child">The newer link.</param>
    /// <param name="parent">The older link.</param>
    /// <param name="ignoreIds">Leave the ids out.</param>
    /// <exception cref="VhdChainBrokenException">It is not.</exception>
    public static void RequireParent(VhdLayout child, VhdLayout parent, bool ignoreIds)
    {
        if (!child.IsDifferencing)
        {
            throw new VhdChainBrokenException(child.Name, null, $"it is no differencing disk and has no parent, yet '{Path.GetFileName(parent.Name)}' follows.");
        }

        if (!ignoreIds && child.Header!.ParentId != parent.Footer.UniqueId)
        {
            throw new VhdChainBrokenException(child.Name, child.HeaderOffset + 40, $"it names the parent {child.Header.ParentId}, but '{Path.GetFileName(parent.Name)}' is {parent.Footer.UniqueId}.")
            {
                RecommendedAction = "If the order is known to be right, -IgnoreIdMismatch (--ignore-id-mismatch) takes it as it is.",
            };
        }
    }

    /// <summary>Judges whether a chain can end with a link.</summary>
    /// <param name="last">The last link.</param>
    /// <exception cref="VhdChainBrokenException">It has a parent, which is not there.</exception>
    public static void RequireBase(VhdLayout last)
    {
        if (last.IsDifferencing)
        {
            throw new VhdChainBrokenException(last.Name, last.HeaderOffset + 40, $"it is the last link and a differencing disk; its parent {last.Header!.ParentId} is missing.");
        }
    }

    /// <summary>The merged disk; its links stay the chain's.</summary>
    /// <returns>The reader.</returns>
    public ChainDiskReader ToDisk() => new(Links);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (VhdDiskReader link in Links)
        {
            link.Dispose();
        }
    }

    private static VhdChain Open(IReadOnlyList<string> paths, IReadOnlyList<string> names, Func<List<VhdDiskReader>, List<VhdDiskReader>> order)
    {
        if (paths.Count > MostLinks)
        {
            throw new VhdChainBrokenException(paths[0], null, FormattableString.Invariant($"{paths.Count} links are more than {MostLinks}."));
        }

        List<VhdDiskReader> links = [];
        try
        {
            for (int index = 0; index < paths.Count; index++)
            {
                string path = paths[index];
                string? same = paths.Take(index).FirstOrDefault(other => FileIdentity.AreSame(other, path));
                links.Add(same is null ? VhdDiskReader.Open(FileImageReader.Open(path), names[index]) : throw new VhdChainBrokenException(path, null, $"it is the same file as '{same}'."));
            }

            return new VhdChain(order(links));
        }
        catch
        {
            links.ForEach(link => link.Dispose());
            throw;
        }
    }
}
