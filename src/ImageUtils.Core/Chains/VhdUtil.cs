using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Processes;

namespace ImageUtils.Chains;

/// <summary>Runs vhd-util, which only old XenServer and blktap packages have. What it works on was checked by our reader before.</summary>
internal sealed class VhdUtil
{
    /// <summary>The program's name.</summary>
    public const string ToolName = "vhd-util";

    private readonly OperationContext _context;

    /// <summary>Makes the adapter.</summary>
    /// <param name="context">Settings and ports.</param>
    public VhdUtil(OperationContext context) => _context = context;

    private string FileName => _context.Options.VhdUtilPath ?? ToolName;

    /// <summary>Fails early where the program is not there.</summary>
    /// <exception cref="ToolNotFoundException">It is not there.</exception>
    public void EnsureAvailable()
    {
        if (_context.Processes.Find(FileName) is null)
        {
            throw NotFound(null);
        }
    }

    /// <summary>Merges links pair by pair into the last one (cinder's fix_vhd_chain and coalesce_chain).</summary>
    /// <param name="paths">The links, newest first.</param>
    /// <param name="journalFolder">An empty folder for the journals of vhd-util.</param>
    /// <param name="onPair">Is told how many pairs are done.</param>
    /// <param name="cancellationToken">Ends it; the links may be half merged then.</param>
    /// <returns>A task that ends with the last program.</returns>
    /// <exception cref="ToolNotFoundException">There is no vhd-util.</exception>
    /// <exception cref="ToolFailedException">It failed, or did not answer with a size.</exception>
    public async Task CoalesceAsync(IReadOnlyList<string> paths, string journalFolder, Action<int> onPair, CancellationToken cancellationToken)
    {
        for (int index = 1; index < paths.Count; index++)
        {
            await RunAsync(VhdUtilCommands.Modify(paths[index - 1], paths[index]), cancellationToken).ConfigureAwait(false);
        }

        string journal = Path.Combine(journalFolder, VhdUtilCommands.JournalName);
        for (int index = 1; index < paths.Count; index++)
        {
            ProcessResult answer = await RunAsync(VhdUtilCommands.QuerySize(paths[index - 1]), cancellationToken).ConfigureAwait(false);
            long size = VhdUtilCommands.ParseSize(answer.StandardOutput)
                ?? throw ToolFailedException.NotUnderstood(answer.CommandLine, answer.ExitCode, answer.StandardError, $"'{answer.StandardOutput.Trim()}' is no size.", new FormatException("Not a number."));

            // vhd-util takes a journal that is there for one of an interrupted resize.
            File.Delete(journal);
            await RunAsync(VhdUtilCommands.Resize(paths[index], size, journal), cancellationToken).ConfigureAwait(false);
            await RunAsync(VhdUtilCommands.Coalesce(paths[index - 1]), cancellationToken).ConfigureAwait(false);
            onPair(index);
        }
    }

    private async Task<ProcessResult> RunAsync(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        try
        {
            ProcessResult result = await _context.Processes.RunAsync(new ProcessRequest { FileName = FileName, Arguments = words }, cancellationToken).ConfigureAwait(false);

            // vhd-util tells its troubles on standard output.
            return result.ExitCode == 0 || result.StandardError.Length > 0
                ? result.ThrowIfFailed()
                : throw new ToolFailedException(result.CommandLine, result.ExitCode, result.StandardOutput);
        }
        catch (ToolNotFoundException e) when (string.Equals(e.ToolName, FileName, StringComparison.Ordinal))
        {
            throw NotFound(e);
        }
    }

    private static ToolNotFoundException NotFound(ToolNotFoundException? e) => new(ToolName, e)
    {
        RecommendedAction = "Set the option VhdUtilPath, or leave -Engine (--engine) away: the managed engine needs no program.",
    };
}
