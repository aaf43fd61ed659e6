using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Storage;

namespace ImageUtils.Chains;

/// <summary>Merges a chain with our own reader and writer.</summary>
internal sealed class ManagedMerge
{
    private readonly OperationContext _context;
    private readonly VhdMergeRequest _request;
    private readonly MergeTarget _target;
    private readonly string _activity;

    /// <summary>Makes the merge.</summary>
    /// <param name="context">Settings and ports.</param>
    /// <param name="request">Which chain.</param>
    /// <param name="target">Where the result goes.</param>
    public ManagedMerge(OperationContext context, VhdMergeRequest request, MergeTarget target)
    {
        _context = context;
        _request = request;
        _target = target;
        _activity = $"Merging {Path.GetFileName(Path.TrimEndingDirectorySeparator(request.Source.Subject))}";
    }

    /// <summary>Merges.</summary>
    /// <param name="cancellationToken">Ends it; nothing is left.</param>
    /// <returns>What was done.</returns>
    public async Task<MergeFacts> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_target.IsBase)
            {
                return MergeIntoBase(cancellationToken);
            }

            return _request.Source.ArchivePath is { } archive
                ? await MergeArchiveAsync(Path.GetFullPath(archive), cancellationToken).ConfigureAwait(false)
                : await MergeFilesAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw DiskSpace.IsNoSpace(e) ? ConversionDestination.NoSpace(_target.Path, e) : new DestinationUnwritableException(_target.Path, e.Message, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DestinationUnwritableException(_target.Path, e.Message, e);
        }
    }

    /// <summary>The files of a chain that is given as files or as a folder.</summary>
    internal static IReadOnlyList<string> PathsOf(VhdChainSource source) =>
        source.DirectoryPath is { } folder ? VhdFolder.Find(Path.GetFullPath(folder)) : [.. source.Paths.Select(Path.GetFullPath)];

    /// <summary>Opens a chain in the order that the request tells, or that its ids tell.</summary>
    internal static VhdChain OpenChain(VhdMergeRequest request, IReadOnlyList<string> paths) => request.IgnoreIdMismatch || request.Source.Paths.Count == 0
        ? VhdChain.OpenOrdered(paths, request.IgnoreIdMismatch)
        : VhdChain.OpenAnyOrder(paths);

    private MergeFacts MergeIntoBase(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> paths = PathsOf(_request.Source);
        foreach (string path in paths)
        {
            InPlaceMerge.Settle(path);
        }

        using VhdChain chain = OpenChain(_request, paths);
        ConversionDestination.RefuseImageService(chain.Links[^1].Name, _context.Options.LocalImageDirectory);
        return new InPlaceMerge(chain, done => Report(done, chain.VirtualSize)).Run(cancellationToken);
    }

    private async Task<MergeFacts> MergeFilesAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> paths = PathsOf(_request.Source);
        _target.RequireOther(paths);
        SourceState?[] before = [.. paths.Select(SourceState.Of)];
        using VhdChain chain = OpenChain(_request, paths);
        using PartialFile partial = PartialFile.Create(_target.Path, _target.Force);
        MergeFacts facts = await CopyAsync(chain, partial.TemporaryPath, cancellationToken).ConfigureAwait(false);
        for (int index = 0; index < paths.Count; index++)
        {
            SourceState.RequireUnchanged(paths[index], before[index]);
        }

        Finish(partial, facts, cancellationToken);
        return facts;
    }

    private async Task<MergeFacts> MergeArchiveAsync(string archive, CancellationToken cancellationToken)
    {
        if (!_request.InPlace)
        {
            _target.RequireOther([archive]);
        }

        SourceState? before = SourceState.Of(archive);
        using PartialFile partial = PartialFile.Create(_target.Path, _target.Force);
        MergeFacts facts = Stream(archive, partial.TemporaryPath, cancellationToken)
            ?? await UnpackAsync(archive, partial.TemporaryPath, cancellationToken).ConfigureAwait(false);
        SourceState.RequireUnchanged(archive, before);
        Finish(partial, facts, cancellationToken);
        return facts;
    }

    /// <summary>Merges an archive as it comes by; null: it must be unpacked.</summary>
    private MergeFacts? Stream(string path, string result, CancellationToken cancellationToken)
    {
        using var archive = new XenArchive(path, ArchiveLimits.Default, _request.Source.ArchiveName);
        var merge = new StreamedMerge(archive, ArchiveLimits.Default, _request.IgnoreIdMismatch);
        IDiskWriter? writer = null;
        try
        {
            if (!merge.TryRun(size => writer = _target.OpenWriter(result, size), done => Report(done, archive.PackedLength), cancellationToken))
            {
                return null;
            }

            writer!.Complete();
            return new MergeFacts(merge.ChainLength, merge.VirtualSize, writer.BlocksWritten, archive.PackedPosition, writer.BytesWritten);
        }
        finally
        {
            writer?.Dispose();
        }
    }

    private async Task<MergeFacts> UnpackAsync(string path, string result, CancellationToken cancellationToken)
    {
        _context.Log.Verbose($"'{path}' cannot be merged as it is read (order, a fixed disk, or a damaged beginning); its links are unpacked first.");
        long packed = new FileInfo(path).Length;
        using ArchiveUnpacker unpacked = ArchiveUnpacker.Unpack(path, new ConversionDirectory(_context.Options), ArchiveLimits.Default, _request.Source.ArchiveName, done => Report(done, packed), cancellationToken);
        using VhdChain chain = VhdChain.OpenOrdered(unpacked.Paths, _request.IgnoreIdMismatch, [.. unpacked.Paths.Select((_, number) => Path.Combine(_request.Source.Subject, VhdFolder.NameOf(number)))]);
        MergeFacts facts = await CopyAsync(chain, result, cancellationToken).ConfigureAwait(false);
        return facts with { BytesRead = facts.BytesRead + packed, TemporaryBytes = unpacked.Length };
    }

    private async Task<MergeFacts> CopyAsync(VhdChain chain, string result, CancellationToken cancellationToken)
    {
        ChainDiskReader disk = chain.ToDisk();
        using IDiskWriter writer = _target.OpenWriter(result, chain.VirtualSize);
        await DiskCopy.RunAsync(disk, writer, done => Report(done, chain.VirtualSize), cancellationToken).ConfigureAwait(false);
        writer.Complete();
        return new MergeFacts(chain.Links.Count, chain.VirtualSize, writer.BlocksWritten, disk.BytesRead, writer.BytesWritten);
    }

    private void Finish(PartialFile partial, MergeFacts facts, CancellationToken cancellationToken)
    {
        new ResultInspection(_context).Check(partial.TemporaryPath, new ExpectedResult(_target.Format, facts.VirtualSize, _request.Source.Subject, _request.Source.Subject), cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        partial.Commit();
    }

    private void Report(long done, long total) => _context.Progress?.Report(new OperationProgress(_activity, done, total));
}
