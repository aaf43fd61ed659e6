using ImageUtils.Storage;

namespace ImageUtils.Formats.Vhd;

/// <summary>Finds a VHD footer: a copy at the beginning (dynamic, differencing), or the one at the end (all kinds).</summary>
internal static class VhdSignature
{
    /// <summary>Finds the footer.</summary>
    /// <param name="window">The ends of the file.</param>
    /// <returns>Where it stands, or null.</returns>
    public static long? Find(DetectionWindow window)
    {
        if (VhdFooter.IsMatch(window.Head))
        {
            return 0;
        }

        // The version number makes a chance match in a guest's data next to impossible; the checksum is judged later.
        foreach (int size in (ReadOnlySpan<int>)[VhdFooter.Size, VhdFooter.OldSize])
        {
            int start = window.Tail.Length - size;
            if (start >= 0 && VhdFooter.IsMatch(window.Tail[start..]) && window.Tail.U32Be(start + 12) == 0x00010000 && window.IsTailSeen)
            {
                return window.TailOffset + start;
            }
        }

        return null;
    }
}
