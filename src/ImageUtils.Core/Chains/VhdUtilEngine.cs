using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Storage;

namespace ImageUtils.Chains;

/// <summary>
/// Merges a chain by vhd-util. It changes every file it touches and has no way back, so that it works on copies; only a
/// merge in place of files gives it the files themselves.
/// </summary>
internal sealed class VhdUtilEngine
{
    private readonly OperationContext _context;
    private readonly VhdUtil _tool;

    /// <summary>Makes the engine.</summary>
    /// <param name="context">Settings and ports.</param>
    public VhdUtilEngine(OperationContext context)
    {
        _context = context;
        _tool = new VhdUtil(context);
    }

    /// <summary>Merges.</summary>
    /// <param name="request">Which chain.</param>
    /// <param name="target">Where the result goes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What was done.</returns>
    public async Task<MergeFacts> MergeAsync(VhdMergeRequest request, MergeTarget target, CancellationToken cancellationToken)
    {
        _tool.EnsureAvailable();
        var conversions = new ConversionDirectory(_context.Options);
        conversions.Prepare();
        using var room = new TemporaryRoom(conversions.FolderPath);
        try
        {
            return target.IsBase
                ? await MergeIntoBaseAsync(request, room.Path, cancellationToken).ConfigureAwait(false)
                : await MergeCopiesAsync(request, target, conversions, room.Path, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw DiskSpace.IsNoSpace(e) ? ConversionDestination.NoSpace(target.Path, e) : new DestinationUnwritableException(target.Path, e.Message, e);
        }
    }

    private static void Copy(string source, string destination, CancellationToken cancellationToken)
    {
        using FileImageReader reader = FileImageReader.Open(source);
        if (!File.Exists(destination))
        {
            File.Create(destination).Dispose();
        }

        using SparseFile file = SparseFile.Open(destination);
        byte[] buffer = new byte[1 << 20];
        for (long offset = 0; offset < reader.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = reader.Read(offset, buffer);
            file.WriteSparse(offset, buffer.AsSpan(0, count));
            offset += count;
        }

        file.SetLength(reader.Length);
    }

    private async Task<MergeFacts> MergeIntoBaseAsync(VhdMergeRequest request, string room, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> paths;
        using (VhdChain chain = ManagedMerge.OpenChain(request, ManagedMerge.PathsOf(request.Source)))
        {
            paths = [.. chain.Links.Select(link => link.Name)];
        }

        ConversionDestination.RefuseImageService(paths[^1], _context.Options.LocalImageDirectory);
        await RunAsync(request, paths, room, cancellationToken).ConfigureAwait(false);
        return FactsOf(paths, 0) with { BasePath = paths[^1] };
    }

    private async Task<MergeFacts> MergeCopiesAsync(VhdMergeRequest request, MergeTarget target, ConversionDirectory conversions, string room, CancellationToken cancellationToken)
    {
        string? archive = request.Source.ArchivePath is { } given ? Path.GetFullPath(given) : null;
        IReadOnlyList<string> sources = archive is null ? ManagedMerge.PathsOf(request.Source) : [archive];
        if (!request.InPlace)
        {
            target.RequireOther(sources);
        }

        using PartialFile partial = PartialFile.Create(target.Path, target.Force);
        using ArchiveUnpacker? unpacked = archive is null ? null : ArchiveUnpacker.Unpack(archive, conversions, ArchiveLimits.Default, request.Source.ArchiveName, onProgress: null, cancellationToken);
        List<string> copies = [];
        using (VhdChain chain = unpacked is null ? ManagedMerge.OpenChain(request, sources) : VhdChain.OpenOrdered(unpacked.Paths, request.IgnoreIdMismatch))
        {
            foreach (string link in chain.Links.Select(link => link.Name))
            {
                copies.Add(Path.Combine(room, VhdFolder.NameOf(copies.Count)));
                if (unpacked is null)
                {
                    Copy(link, copies[^1], cancellationToken);
                }
            }
        }

        for (int index = 0; unpacked is not null && index < copies.Count; index++)
        {
            File.Move(unpacked.Paths[index], copies[index]);
        }

        long temporary = copies.Sum(copy => new FileInfo(copy).Length);
        await RunAsync(request, copies, room, cancellationToken).ConfigureAwait(false);
        MergeFacts facts = FactsOf(copies, temporary);
        await WriteAsync(copies[^1], target, partial, cancellationToken).ConfigureAwait(false);
        new ResultInspection(_context).Check(partial.TemporaryPath, new ExpectedResult(target.Format, facts.VirtualSize, request.Source.Subject, request.Source.Subject), cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        partial.Commit();
        return facts;
    }

    private static MergeFacts FactsOf(IReadOnlyList<string> paths, long temporary)
    {
        using VhdChain merged = VhdChain.OpenOrdered([paths[^1]], ignoreIds: true);
        long length = new FileInfo(paths[^1]).Length;
        return new MergeFacts(paths.Count, merged.VirtualSize, merged.Links[0].Layout.Table.UsedCount, paths.Sum(path => new FileInfo(path).Length), length, temporary);
    }

    private static async Task WriteAsync(string merged, MergeTarget target, PartialFile partial, CancellationToken cancellationToken)
    {
        if (target.Format == DiskFormat.Vhd && !target.IsFixed)
        {
            Copy(merged, partial.TemporaryPath, cancellationToken);
            return;
        }

        using VhdChain chain = VhdChain.OpenOrdered([merged], ignoreIds: true);
        using IDiskWriter writer = target.OpenWriter(partial.TemporaryPath, chain.VirtualSize);
        await DiskCopy.RunAsync(chain.ToDisk(), writer, onProgress: null, cancellationToken).ConfigureAwait(false);
        writer.Complete();
    }

    private Task RunAsync(VhdMergeRequest request, IReadOnlyList<string> paths, string room, CancellationToken cancellationToken)
    {
        string activity = $"Merging {Path.GetFileName(Path.TrimEndingDirectorySeparator(request.Source.Subject))} by {VhdUtil.ToolName}";
        long total = paths.Skip(1).Sum(path => new FileInfo(path).Length);
        return _tool.CoalesceAsync(
            paths,
            room,
            pairs => _context.Progress?.Report(new OperationProgress(activity, total * pairs / Math.Max(1, paths.Count - 1), total)),
            cancellationToken);
    }
}
