using ImageUtils.Formats.Vhd;
using ImageUtils.Storage;

namespace ImageUtils.Chains;

/// <summary>A merge into a fixed disk: the data go where they belong, and the footer behind them.</summary>
internal sealed class FixedBaseChange : IBaseChange
{
    private const int Window = DiskCopy.Window;

    private readonly BaseFile _file;
    private readonly VhdLayout _layout;
    private readonly ChainDiskReader _overlay;
    private readonly byte[] _data = new byte[Window];

    /// <summary>Makes the change.</summary>
    /// <param name="file">The base.</param>
    /// <param name="layout">How it is to be read.</param>
    /// <param name="overlay">The newer links.</param>
    public FixedBaseChange(BaseFile file, VhdLayout layout, ChainDiskReader overlay)
    {
        _file = file;
        _layout = layout;
        _overlay = overlay;
    }

    /// <inheritdoc/>
    public long FooterOffset => _overlay.VirtualSize;

    /// <inheritdoc/>
    public long Run(Action<long> onProgress, CancellationToken cancellationToken)
    {
        long blocks = 0;
        if (_file.IsPlanning)
        {
            // A smaller disk ends where data stand now, and those behind its end go.
            _file.Announce(FooterOffset, Math.Max(0, _layout.DataEnd - FooterOffset));
        }

        for (long window = 0; window < _overlay.VirtualSize; window += Window)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = (int)Math.Min(Window, _overlay.VirtualSize - window);
            blocks += Change(window, count) ? 1 : 0;
            onProgress(window + count);
        }

        return blocks;
    }

    private bool Change(long window, int count)
    {
        DiskExtent[] extents = [.. _overlay.Map(window, count)];
        if (!_file.IsPlanning && Array.Exists(extents, extent => extent.Kind == DiskExtentKind.Data))
        {
            _overlay.Read(window, _data.AsSpan(0, count));
        }

        bool isChanged = false;
        foreach (DiskExtent extent in extents)
        {
            isChanged |= extent.Kind switch
            {
                DiskExtentKind.Data => Copy(extent, (int)(extent.Offset - window)),
                DiskExtentKind.Zero => Clear(extent.Offset, extent.End),
                _ => Clear(Math.Max(extent.Offset, _layout.VirtualSize), extent.End),
            };
        }

        return isChanged;
    }

    private bool Copy(DiskExtent extent, int start)
    {
        if (_file.IsPlanning)
        {
            _file.Announce(extent.Offset, extent.Length);
        }
        else
        {
            _file.Write(extent.Offset, _data.AsSpan(start, (int)extent.Length));
        }

        return true;
    }

    private bool Clear(long offset, long end)
    {
        // What stands behind the old data is the footer and, once that is gone, nothing.
        long known = Math.Min(end, _layout.DataEnd + VhdFooter.Size);
        return offset < known && _file.Clear(offset, known - offset);
    }
}
