using ImageUtils.Storage;

namespace ImageUtils.Formats.Vmdk;

/// <summary>Everything of a VMDK but its grain tables.</summary>
internal sealed record VmdkMetadata
{
    /// <summary>No honest descriptor comes near it.</summary>
    public const int MaximumDescriptor = 256 * 1024;

    public required VmdkKind Kind { get; init; }

    public required byte[] HeaderBytes { get; init; }

    public VmdkSparseHeader? Header { get; init; }

    /// <summary>Null where there is none at the place the header names.</summary>
    public VmdkDescriptor? Descriptor { get; init; }

    /// <summary>True where the descriptor is longer than what is read of one.</summary>
    public bool IsDescriptorTooLong { get; init; }

    public VmdkFooter? Footer { get; init; }

    /// <summary>False where the place of the descriptor was not there.</summary>
    public bool IsDescriptorSeen { get; init; } = true;

    /// <summary>False where the end of the image was not there.</summary>
    public bool IsFooterSeen { get; init; } = true;

    /// <summary>The sectors of the disk; null where the image does not say, or says nonsense.</summary>
    public ulong? Sectors => Kind switch
    {
        VmdkKind.Sparse => Header!.Capacity,
        VmdkKind.Descriptor => Descriptor!.Sectors,
        VmdkKind.Cowd => ((ReadOnlySpan<byte>)HeaderBytes).U32Le(12),
        VmdkKind.SeSparse => ((ReadOnlySpan<byte>)HeaderBytes).U64Le(16),
        _ => null,
    };

    public static VmdkMetadata Read(IImageReader reader)
    {
        byte[] head = reader.ReadArray(0, DetectionWindow.HeadSize);
        VmdkKind kind = VmdkSignature.Find(head);
        byte[] headerBytes = head.AsSpan().Slice(0, Math.Min(head.Length, VmdkSparseHeader.Size)).ToArray();
        return kind switch
        {
            VmdkKind.Descriptor => new VmdkMetadata
            {
                Kind = kind,
                HeaderBytes = headerBytes,
                Descriptor = VmdkDescriptor.Read(reader.ReadArray(0, MaximumDescriptor), 0),
                IsDescriptorTooLong = reader.IsLengthKnown && reader.Length > MaximumDescriptor,
            },
            VmdkKind.Sparse => ReadSparse(reader, headerBytes),
            _ => new VmdkMetadata { Kind = kind, HeaderBytes = headerBytes },
        };
    }

    public ImageFacts ToFacts()
    {
        ulong? sectors = Sectors;
        long size = sectors is ulong count && count <= long.MaxValue / 512 ? (long)count * 512 : sectors is null ? 0 : long.MaxValue;
        long? grain = Header is { GrainSize: > 0 and <= int.MaxValue } ? (long)Header.GrainSize * 512 : null;
        Dictionary<string, object?> specific = new(StringComparer.Ordinal);
        if (Descriptor is not null)
        {
            specific["cid"] = (long)Descriptor.ContentId;
            specific["parent-cid"] = (long)Descriptor.ParentId;
            specific["create-type"] = Descriptor.CreateType ?? string.Empty;
            specific["extents"] = Descriptor.Extents.Select(extent => DescribeExtent(extent, size, grain)).ToList();
        }

        return new ImageFacts
        {
            Format = DiskFormat.Vmdk,
            VirtualSize = size,
            ClusterSize = grain,
            BackingFile = string.IsNullOrEmpty(Descriptor?.ParentHint) ? null : Descriptor.ParentHint,
            BackingFormat = string.IsNullOrEmpty(Descriptor?.ParentHint) ? null : DiskFormat.Vmdk.QemuName,
            CreateType = Descriptor?.CreateType,
            IsDirty = Header?.IsUnclean ?? false,
            FormatSpecific = specific,
        };
    }

    private static VmdkMetadata ReadSparse(IImageReader reader, byte[] headerBytes)
    {
        VmdkSparseHeader header = VmdkSparseHeader.Read(headerBytes);
        VmdkDescriptor? descriptor = null;
        bool isTooLong = false;
        bool isSeen = true;
        long place = header.DescriptorOffset is > 0 and < long.MaxValue / 512 ? (long)header.DescriptorOffset * 512 : 0;
        if (place > 0 && header.DescriptorSize > 0 && !(reader.IsLengthKnown && place >= reader.Length))
        {
            isTooLong = header.DescriptorSize > MaximumDescriptor / 512;
            int size = (int)Math.Min(header.DescriptorSize, MaximumDescriptor / 512) * 512;
            isSeen = reader.Has(place, size);
            byte[] text = isSeen ? reader.ReadArray(place, size) : [];

            // A size that lies costs nothing where the text ends before the bound.
            isTooLong &= !text.AsSpan().Contains((byte)0);
            descriptor = isSeen ? VmdkDescriptor.Read(text, place) : null;
        }

        bool hasFooter = header.Directory == VmdkSparseHeader.DirectoryAtEnd;
        return new VmdkMetadata
        {
            Kind = VmdkKind.Sparse,
            HeaderBytes = headerBytes,
            Header = header,
            Descriptor = descriptor,
            IsDescriptorTooLong = isTooLong,
            IsDescriptorSeen = isSeen,
            Footer = hasFooter ? reader.IfHere(VmdkFooter.Read) : null,
            IsFooterSeen = !hasFooter || (reader.IsLengthKnown && reader.Has(Math.Max(0, reader.Length - VmdkFooter.Size), VmdkFooter.Size)),
        };
    }

    private Dictionary<string, object?> DescribeExtent(VmdkExtent extent, long size, long? grain)
    {
        bool isEmbedded = Kind == VmdkKind.Sparse;
        Dictionary<string, object?> described = new(StringComparer.Ordinal)
        {
            ["virtual-size"] = isEmbedded ? size : (long)Math.Min(extent.Sectors, long.MaxValue / 512) * 512,
            ["filename"] = extent.FileName ?? string.Empty,
            ["format"] = isEmbedded ? string.Empty : extent.Type,
        };
        if (isEmbedded && grain is not null)
        {
            described["cluster-size"] = grain;
        }

        if (Header is { IsCompressed: true })
        {
            described["compressed"] = true;
        }

        return described;
    }
}
