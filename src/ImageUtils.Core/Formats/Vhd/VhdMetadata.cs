using ImageUtils.Storage;

namespace ImageUtils.Formats.Vhd;

/// <summary>Both footers of a VHD and the header of a dynamic one.</summary>
internal sealed record VhdMetadata
{
    /// <summary>The copy at the beginning; null: there is none.</summary>
    public VhdFooter? Copy { get; init; }

    /// <summary>The footer at the end; null: there is none.</summary>
    public VhdFooter? Footer { get; init; }

    /// <summary>False where the end of the image was not there; then the copy counts, until it is known better.</summary>
    public bool IsFooterSeen { get; init; } = true;

    /// <summary>Where the footer at the end stands.</summary>
    public long FooterOffset { get; init; }

    /// <summary>The footer that counts: the one at the end, unless only the copy is sound.</summary>
    public required VhdFooter Effective { get; init; }

    /// <summary>Where the footer that counts stands.</summary>
    public required long EffectiveOffset { get; init; }

    public required byte[] EffectiveBytes { get; init; }

    public VhdDynamicHeader? Header { get; init; }

    public static VhdMetadata Read(IImageReader reader)
    {
        byte[] first = reader.ReadArray(0, VhdFooter.Size);
        VhdFooter? copy = VhdFooter.IsMatch(first) ? VhdFooter.Read(first) : null;
        byte[] last = [];
        long offset = reader.IsLengthKnown ? reader.Length - VhdFooter.Size : 0;
        bool isSeen = reader.IsLengthKnown && (offset <= 0 || reader.Has(offset, VhdFooter.Size));
        if (offset > 0 && isSeen)
        {
            last = reader.ReadArray(offset, VhdFooter.Size);
            if (!VhdFooter.IsMatch(last) && VhdFooter.IsMatch(last.AsSpan(1)))
            {
                // The missing byte of an old footer is a zero, so the checksum stays the same.
                last = [.. last[1..], 0];
                offset++;
            }
        }

        VhdFooter? footer = offset > 0 && VhdFooter.IsMatch(last) ? VhdFooter.Read(last) : null;
        bool isCopyEffective = footer is null || (!footer.HasRightChecksum && copy is { HasRightChecksum: true });
        VhdFooter effective = isCopyEffective ? copy ?? VhdFooter.Read(first) : footer!;
        bool isSparse = effective.Type is VhdFooter.DynamicType or VhdFooter.DifferencingType;
        return new VhdMetadata
        {
            Copy = copy,
            Footer = footer,
            IsFooterSeen = isSeen,
            FooterOffset = offset,
            Effective = effective,
            EffectiveOffset = isCopyEffective ? 0 : offset,
            EffectiveBytes = isCopyEffective ? first : last,
            Header = isSparse && effective.DataOffset < (ulong)(reader.IsLengthKnown ? reader.Length : long.MaxValue)
                ? reader.IfHere(image => VhdDynamicHeader.Read(image.ReadArray((long)effective.DataOffset, VhdDynamicHeader.Size)))
                : null,
        };
    }

    public ImageFacts ToFacts() => new()
    {
        Format = DiskFormat.Vhd,
        VirtualSize = (long)Math.Min(Effective.CurrentSize, long.MaxValue),
        SizeSource = "footer",
        ClusterSize = Header is { BlockSize: > 0 } ? Header.BlockSize : null,
        BackingFile = Effective.Type == VhdFooter.DifferencingType && Header is { ParentName.Length: > 0 } ? Replace(Header.ParentName) : null,
    };

    /// <summary>Lone surrogates cannot be written as UTF-8.</summary>
    private static string Replace(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
