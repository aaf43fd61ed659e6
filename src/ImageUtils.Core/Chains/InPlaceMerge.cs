using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.Formats.Vhd;
using ImageUtils.Storage;

namespace ImageUtils.Chains;

/// <summary>
/// Merges the newer links of a chain into its base. What will be overwritten is kept in a journal first; a merge that ends
/// early is undone, or, once all is written, finished: at once where it was cancelled or failed, by the next merge of that
/// base where the process died. In between the base is marked as vhd-util marks a disk in work.
/// </summary>
internal sealed class InPlaceMerge
{
    private readonly VhdChain _chain;
    private readonly Action<long> _onProgress;

    /// <summary>Makes the merge.</summary>
    /// <param name="chain">The chain; it stays the caller's, but its base is closed.</param>
    /// <param name="onProgress">Is told how far it is, in bytes of the disk.</param>
    public InPlaceMerge(VhdChain chain, Action<long> onProgress)
    {
        _chain = chain;
        _onProgress = onProgress;
    }

    /// <summary>Finishes or undoes an earlier merge into a base that did not come to its end.</summary>
    /// <param name="path">The base, or any other file.</param>
    /// <returns>True where there was one.</returns>
    /// <exception cref="DestinationUnwritableException">Another process has the base open, or it may not be written.</exception>
    public static bool Settle(string path)
    {
        string journal = MergeJournal.PathOf(path);
        if (!File.Exists(journal))
        {
            return false;
        }

        using BaseFile file = BaseFile.Open(path);
        return Settle(path, journal, file);
    }

    /// <summary>Merges.</summary>
    /// <param name="cancellationToken">Ends it; the base is put back.</param>
    /// <returns>What was done.</returns>
    public MergeFacts Run(CancellationToken cancellationToken)
    {
        VhdLayout layout = _chain.Links[^1].Layout;
        string path = layout.Name;
        var facts = new MergeFacts(_chain.Links.Count, _chain.VirtualSize, 0, 0, 0) { BasePath = path };
        if (_chain.Links.Count == 1)
        {
            return facts;
        }

        SourceState?[] before = [.. _chain.Links.SkipLast(1).Select(link => SourceState.Of(link.Name))];
        _chain.Links[^1].Dispose();
        using BaseFile file = BaseFile.Open(path);
        if (Settle(path, MergeJournal.PathOf(path), file))
        {
            throw new VhdChainBrokenException(path, null, "another merge into it came to its end meanwhile; run this one again.");
        }

        var overlay = new ChainDiskReader([.. _chain.Links.SkipLast(1)]);
        BaseState state = BaseState.Of(layout, file.Handle, _chain.VirtualSize);
        IBaseChange change = layout.IsFixed
            ? new FixedBaseChange(file, layout, overlay)
            : new DynamicBaseChange(file, layout, overlay);
        try
        {
            using MergeJournal journal = MergeJournal.Create(path, file.Handle, state);
            file.Plan(journal);
            change.Run(_ => { }, cancellationToken);
            journal.Prepare();
            FolderFlush.Of(journal.FilePath);
            file.Apply();
            state.Disable(file.Handle);
            long blocks = change.Run(_onProgress, cancellationToken);
            for (int index = 0; index < before.Length; index++)
            {
                SourceState.RequireUnchanged(_chain.Links[index].Name, before[index]);
            }

            byte[] footer = [.. layout.FooterBytes];
            VhdFooterBytes.Resize(footer, _chain.VirtualSize);
            RandomAccess.Write(file.Handle, VhdFooterBytes.Disabled(footer), change.FooterOffset);
            FileSync.Flush(file.Handle);
            journal.Commit(footer, change.FooterOffset);
            state.Finish(file.Handle, footer, change.FooterOffset);
            journal.Delete();
            return facts with { Blocks = blocks, BytesRead = overlay.BytesRead + file.BytesRead, BytesWritten = file.BytesWritten + journal.BytesWritten };
        }
        catch
        {
            PutBack(path, file);
            throw;
        }
    }

    private static bool Settle(string path, string journal, BaseFile file)
    {
        if (!File.Exists(journal))
        {
            return false;
        }

        try
        {
            MergeJournal.Recover(journal, file.Handle);
            return true;
        }
        catch (InvalidDataException e)
        {
            throw new VhdCorruptException(path, null, $"a merge into it did not come to its end, and its journal '{journal}' is damaged.", e);
        }
        catch (IOException e)
        {
            throw DiskSpace.IsNoSpace(e) ? ConversionDestination.NoSpace(path, e) : new DestinationUnwritableException(path, e.Message, e);
        }
    }

    private static void PutBack(string path, BaseFile file)
    {
        string journal = MergeJournal.PathOf(path);
        try
        {
            if (File.Exists(journal))
            {
                MergeJournal.Recover(journal, file.Handle);
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            // The journal stays, and the base is marked; the next merge of it tries again. What ended this one is the error.
        }
    }
}
