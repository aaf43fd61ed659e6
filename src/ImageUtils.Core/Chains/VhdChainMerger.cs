using System.Diagnostics;
using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Storage;

namespace ImageUtils.Chains;

/// <summary>
/// Makes one disk of a chain of VHDs (cinder's coalesce_chain and what is around it): all links at once, each byte read and
/// written once, without vhd-util. The result appears whole or not at all; in place, the base is the old or the new one
/// after any crash, at the latest when it is merged again.
/// </summary>
public sealed class VhdChainMerger
{
    private readonly OperationContext _context;

    /// <summary>Makes the merger.</summary>
    /// <param name="context">Settings and ports.</param>
    public VhdChainMerger(OperationContext context) => _context = context;

    /// <summary>Merges one chain.</summary>
    /// <param name="request">Which chain, and where the result goes.</param>
    /// <param name="cancellationToken">Ends it; nothing is left, and a base that is merged into is put back.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ArgumentException">The request makes no sense.</exception>
    /// <exception cref="PathNotFoundException">A file, the folder, or the destination's folder is not there.</exception>
    /// <exception cref="ImageUnreadableException">A file cannot be read.</exception>
    /// <exception cref="VhdCorruptException">A link is no sound VHD.</exception>
    /// <exception cref="VhdChainBrokenException">The links are no chain.</exception>
    /// <exception cref="ArchiveUnsafeException">The archive is damaged, or holds what may not be there.</exception>
    /// <exception cref="ImageUnacceptableException">The merged disk holds an image header that a later tool could take for its own.</exception>
    /// <exception cref="NotSupportedOperationException">A link is a VHDX, or the format of the result is none that can be written.</exception>
    /// <exception cref="DestinationIsSourceException">The destination is a link or the archive.</exception>
    /// <exception cref="DestinationExistsException">The destination is there and is not to be overwritten.</exception>
    /// <exception cref="DestinationUnwritableException">It cannot be written, or another program has it open.</exception>
    /// <exception cref="NoSpaceException">The disk is full.</exception>
    /// <exception cref="ToolNotFoundException">vhd-util was asked for and is not there.</exception>
    /// <exception cref="ToolFailedException">vhd-util failed.</exception>
    public async Task<VhdMergeResult> MergeAsync(VhdMergeRequest request, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        var target = MergeTarget.Of(request);
        if (!target.IsBase)
        {
            ConversionDestination.RefuseImageService(target.Path, _context.Options.LocalImageDirectory);
        }

        MergeFacts facts = request.Engine == VhdEngineChoice.VhdUtil
            ? await new VhdUtilEngine(_context).MergeAsync(request, target, cancellationToken).ConfigureAwait(false)
            : await Task.Run(() => new ManagedMerge(_context, request, target).RunAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        TimeSpan duration = Stopwatch.GetElapsedTime(started);
        return new VhdMergeResult
        {
            Path = facts.BasePath ?? target.Path,
            SourcePath = request.Source.ArchivePath,
            Format = request.OutputFormat.Name,
            ChainLength = facts.ChainLength,
            VirtualSize = facts.VirtualSize,
            BlocksMerged = facts.Blocks,
            BytesRead = facts.BytesRead,
            BytesWritten = facts.BytesWritten,
            TemporaryBytes = facts.TemporaryBytes,
            Engine = request.Engine == VhdEngineChoice.VhdUtil ? VhdUtil.ToolName : "managed",
            Duration = duration,
            AverageBytesPerSecond = TransferRate.BytesPerSecond(facts.VirtualSize, duration),
        };
    }
}
