using ImageUtils.Errors;
using ImageUtils.Formats.Vhd;

namespace ImageUtils.Chains;

/// <summary>Puts the links of a chain in order by their ids.</summary>
internal static class VhdChainOrder
{
    private const long UniqueIdOffset = 68;

    /// <summary>Sorts links.</summary>
    /// <param name="links">All links of one chain, in any order.</param>
    /// <returns>The same, newest first.</returns>
    /// <exception cref="VhdChainBrokenException">Their ids make no chain of all of them.</exception>
    public static List<VhdDiskReader> Sort(List<VhdDiskReader> links)
    {
        Dictionary<Guid, VhdDiskReader> known = [];
        foreach (VhdDiskReader link in links)
        {
            if (!known.TryAdd(link.Layout.Footer.UniqueId, link))
            {
                throw new VhdChainBrokenException(link.Name, link.Layout.DataEnd + UniqueIdOffset, $"it has the same id, {link.Layout.Footer.UniqueId}, as '{known[link.Layout.Footer.UniqueId].Name}'.");
            }
        }

        foreach (VhdDiskReader link in links)
        {
            if (ParentOf(link) is { } parent && !known.ContainsKey(parent))
            {
                throw new VhdChainBrokenException(link.Name, link.Layout.HeaderOffset + 40, $"its parent {parent} is not among the files that were given.");
            }
        }

        HashSet<Guid> parents = [.. links.Select(ParentOf).OfType<Guid>()];
        List<VhdDiskReader> newest = links.FindAll(link => !parents.Contains(link.Layout.Footer.UniqueId));
        if (newest.Count == 0)
        {
            throw new VhdChainBrokenException(links[0].Name, links[0].Layout.HeaderOffset + 40, "the parents go in a circle; there is no base.");
        }

        if (newest.Count > 1)
        {
            throw new VhdChainBrokenException(newest[1].Name, null, $"it and '{newest[0].Name}' are both no parent of any other; they belong to different chains.");
        }

        List<VhdDiskReader> ordered = [newest[0]];
        while (ParentOf(ordered[^1]) is { } parent)
        {
            ordered.Add(known[parent]);
        }

        // With one newest link and all parents there, whatever is left over can only be a circle of its own.
        VhdDiskReader? left = links.Find(link => !ordered.Contains(link));
        return left is null ? ordered : throw new VhdChainBrokenException(left.Name, left.Layout.HeaderOffset + 40, "its parents go in a circle.");
    }

    private static Guid? ParentOf(VhdDiskReader link) => link.Layout.IsDifferencing ? link.Layout.Header!.ParentId : null;
}
