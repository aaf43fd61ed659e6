using System.Globalization;

namespace ImageUtils.Chains;

/// <summary>The command lines of vhd-util, word for word as cinder has them (image_utils: set_vhd_parent, get_vhd_size, resize_vhd, coalesce_vhd).</summary>
internal static class VhdUtilCommands
{
    /// <summary>The name of the journal of a resize.</summary>
    public const string JournalName = "vhd-util-resize-journal";

    /// <summary>Names the parent of a child.</summary>
    public static IReadOnlyList<string> Modify(string child, string parent) => ["modify", "-n", child, "-p", parent];

    /// <summary>Asks for the size of a disk, in MiB.</summary>
    public static IReadOnlyList<string> QuerySize(string path) => ["query", "-n", path, "-v"];

    /// <summary>Gives a disk a size, in MiB.</summary>
    public static IReadOnlyList<string> Resize(string path, long mebibytes, string journal) =>
        ["resize", "-n", path, "-s", mebibytes.ToString(CultureInfo.InvariantCulture), "-j", journal];

    /// <summary>Merges a child into its parent.</summary>
    public static IReadOnlyList<string> Coalesce(string child) => ["coalesce", "-n", child];

    /// <summary>Reads the answer to <see cref="QuerySize"/>; like cinder's it is cut to an integer.</summary>
    /// <param name="output">What vhd-util said.</param>
    /// <returns>MiB; null: it is no number.</returns>
    public static long? ParseSize(string output) =>
        decimal.TryParse(output.Trim(), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal size) && size is >= 0 and < long.MaxValue
            ? (long)decimal.Truncate(size)
            : null;
}
