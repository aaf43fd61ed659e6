using ImageUtils.Errors;
using ImageUtils.Formats.Vhdx;
using ImageUtils.Storage;

namespace ImageUtils.Formats.Vhd;

/// <summary>Everything that says how a VHD is to be read, checked: the footer that counts, the header, the block table.</summary>
internal sealed record VhdLayout
{
    private const int ChunkSize = 64 * 1024;

    /// <summary>What errors name.</summary>
    public required string Name { get; init; }

    /// <summary>The footer that counts.</summary>
    public required VhdFooter Footer { get; init; }

    /// <summary>The bytes of the footer that counts, 512 of them.</summary>
    public required byte[] FooterBytes { get; init; }

    /// <summary>Where the data end: at the footer, or at the end of a file that lacks it.</summary>
    public required long DataEnd { get; init; }

    /// <summary>The header; null for a fixed disk.</summary>
    public VhdDynamicHeader? Header { get; init; }

    /// <summary>The blocks of the disk; for a fixed disk a table of none.</summary>
    public VhdBlockTable Table { get; init; } = new(0);

    /// <summary>The size of the disk in bytes.</summary>
    public long VirtualSize => (long)Footer.CurrentSize;

    /// <summary>Where the header stands.</summary>
    public long HeaderOffset => (long)Footer.DataOffset;

    /// <summary>True for a disk whose bytes stand in the file as they are.</summary>
    public bool IsFixed => Header is null;

    /// <summary>True for a disk that has a parent.</summary>
    public bool IsDifferencing => Footer.Type == VhdFooter.DifferencingType;

    /// <summary>Bytes of a block's bitmap.</summary>
    public int BitmapSize => VhdBitmap.SizeOf(Header!.BlockSize);

    /// <summary>Reads and checks the metadata of a VHD.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="name">What errors name.</param>
    /// <returns>The layout.</returns>
    /// <exception cref="VhdCorruptException">It is no VHD, or breaks a rule.</exception>
    /// <exception cref="NotSupportedOperationException">It is a VHDX.</exception>
    public static VhdLayout Read(IImageReader reader, string name)
    {
        VhdMetadata metadata = VhdMetadata.Read(reader);
        if (metadata.Copy is null && metadata.Footer is null)
        {
            RefuseVhdx(reader, name);
            throw new VhdCorruptException(name, null, reader.Length == 0 ? "the file is empty." : "there is no footer, neither at its end nor at its beginning.");
        }

        // Whoever disables a disk marks one footer after the other; either of them is enough to keep away.
        VhdFooter? disabled = new[] { metadata.Footer, metadata.Copy }.FirstOrDefault(footer => footer is { IsDisabled: true, HasRightChecksum: true });
        VhdRequirements.RequireFooter(name, disabled ?? metadata.Effective, metadata.EffectiveOffset);
        VhdFooter footer = metadata.Effective;
        var layout = new VhdLayout
        {
            Name = name,
            Footer = footer,
            FooterBytes = metadata.EffectiveBytes,
            DataEnd = metadata.Footer is null ? reader.Length : metadata.FooterOffset,
        };
        if (footer.Type == VhdFooter.FixedType)
        {
            RequireFixed(layout, metadata);
            return layout;
        }

        if (metadata.Header is not { } header)
        {
            throw new VhdCorruptException(name, metadata.EffectiveOffset + 16, FormattableString.Invariant($"the header is said to be at 0x{footer.DataOffset:x}, behind the end of the file."));
        }

        int blocks = VhdRequirements.RequireHeader(name, header, layout.HeaderOffset, layout.VirtualSize);
        layout = layout with { Header = header, Table = ReadTable(reader, name, layout.HeaderOffset, header, blocks) };
        VhdRequirements.RequireBlocks(name, layout.Table, header, layout.HeaderOffset, layout.DataEnd, metadata.Copy is not null);
        return layout;
    }

    /// <summary>The successor of VHD has differencing disks too; a chain of them needs a reader of its own.</summary>
    private static void RefuseVhdx(IImageReader reader, string name)
    {
        if (((ReadOnlySpan<byte>)reader.ReadArray(0, 8)).SequenceEqual("vhdxfile"u8))
        {
            string kind = VhdxMetadata.Read(reader).HasParent ? "a differencing VHDX" : "a VHDX without a parent";
            throw new NotSupportedOperationException($"'{name}' is {kind}, not a VHD. Chains of VHDX cannot be merged or listed; Convert-VolumeImage reads a VHDX that has no parent.");
        }
    }

    private static void RequireFixed(VhdLayout layout, VhdMetadata metadata)
    {
        if (metadata.Footer is null)
        {
            throw new VhdCorruptException(layout.Name, metadata.EffectiveOffset, "the disk is fixed, and its footer is not at the end of the file.");
        }

        if (layout.VirtualSize > layout.DataEnd)
        {
            throw new VhdCorruptException(layout.Name, metadata.EffectiveOffset + 48, FormattableString.Invariant($"the footer says {layout.VirtualSize} bytes, but only {layout.DataEnd} stand in front of it."));
        }
    }

    private static VhdBlockTable ReadTable(IImageReader reader, string name, long headerOffset, VhdDynamicHeader header, int blocks)
    {
        if (!reader.Contains(header.TableOffset, (ulong)blocks * 4))
        {
            throw new VhdCorruptException(name, headerOffset + 16, FormattableString.Invariant($"the block table of {blocks} entries is said to be at 0x{header.TableOffset:x}, and the file ends before it does."));
        }

        var table = new VhdBlockTable(blocks);
        for (long done = 0; done < blocks * 4L; done += ChunkSize)
        {
            table.Load((int)(done / 4), reader.ReadArray((long)header.TableOffset + done, (int)Math.Min(ChunkSize, (blocks * 4L) - done)));
        }

        return table;
    }
}
