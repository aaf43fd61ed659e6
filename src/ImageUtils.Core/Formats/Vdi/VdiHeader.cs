namespace ImageUtils.Formats.Vdi;

/// <summary>A VirtualBox disk image header, version 1.1 (VirtualBox VDICore.h). All numbers are little-endian.</summary>
internal sealed record VdiHeader
{
    public const int Size = 0x1c8;
    public const int SignatureOffset = 0x40;
    public const uint UnallocatedBlock = 0xFFFFFFFF;
    public const uint ZeroBlock = 0xFFFFFFFE;
    public const uint DynamicType = 1;
    public const uint StaticType = 2;

    private const uint Signature = 0xBEDA107F;

    public required bool IsTruncated { get; init; }

    public uint Version { get; init; }

    public uint ImageType { get; init; }

    public uint MapOffset { get; init; }

    public uint DataOffset { get; init; }

    public uint SectorSize { get; init; }

    public ulong DiskSize { get; init; }

    public uint BlockSize { get; init; }

    public uint BlockExtra { get; init; }

    public uint Blocks { get; init; }

    public uint Allocated { get; init; }

    /// <summary>True where a parent or a linked image is named by its UUID.</summary>
    public bool HasParentUuid { get; init; }

    public static bool IsMatch(ReadOnlySpan<byte> head) => head.U32Le(SignatureOffset) == Signature;

    public static VdiHeader Read(ReadOnlySpan<byte> head) => new()
    {
        IsTruncated = head.Length < Size,
        Version = head.U32Le(0x44),
        ImageType = head.U32Le(0x4c),
        MapOffset = head.U32Le(0x154),
        DataOffset = head.U32Le(0x158),
        SectorSize = head.U32Le(0x168),
        DiskSize = head.U64Le(0x170),
        BlockSize = head.U32Le(0x178),
        BlockExtra = head.U32Le(0x17c),
        Blocks = head.U32Le(0x180),
        Allocated = head.U32Le(0x184),
        HasParentUuid = !head.Part(0x1a8, 32).IsZero(),
    };
}
