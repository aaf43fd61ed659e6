using System.CommandLine;
using ImageUtils.Chains;

namespace ImageUtils.Cli;

/// <summary>The options that say where the links of a chain of VHDs are.</summary>
internal sealed class ChainSourceOptions
{
    /// <summary>A folder.</summary>
    public Option<string?> Directory { get; } = new("--directory") { Description = "A folder with 0.vhd (newest), 1.vhd, ….", HelpName = "D" };

    /// <summary>An archive.</summary>
    public Option<string?> Archive { get; } = new("--archive") { Description = "A XenServer image: a tar.gz of 0.vhd (newest), 1.vhd, ….", HelpName = "A" };

    /// <summary>What a line about a source names.</summary>
    /// <param name="source">The source.</param>
    /// <returns>The archive, the folder, or the first file.</returns>
    public static string Shown(VhdChainSource source) => source.ArchivePath ?? source.DirectoryPath ?? source.Paths[0];

    /// <summary>Reads the source.</summary>
    /// <param name="parsed">The words.</param>
    /// <param name="paths">The files.</param>
    /// <returns>The source.</returns>
    /// <exception cref="UsageException">It is none, or of several kinds.</exception>
    public VhdChainSource Read(ParseResult parsed, string[] paths)
    {
        string? directory = parsed.GetValue(Directory);
        string? archive = parsed.GetValue(Archive);
        if ((paths.Length > 0 ? 1 : 0) + (directory is null ? 0 : 1) + (archive is null ? 0 : 1) != 1)
        {
            throw new UsageException("Give either files, or --directory, or --archive.");
        }

        return new VhdChainSource
        {
            Paths = [.. paths.Select(FullPath.Of)],
            DirectoryPath = directory is null ? null : FullPath.Of(directory),
            ArchivePath = archive is null ? null : FullPath.Of(archive),
        };
    }
}
