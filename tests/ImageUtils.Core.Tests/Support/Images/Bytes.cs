using System.Buffers.Binary;

namespace ImageUtils.Core.Tests.Support.Images;

/// <summary>Writes numbers and text into a made image.</summary>
public static class Bytes
{
    public static byte[] Be16(this byte[] image, int offset, ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(image.AsSpan(offset), value);
        return image;
    }

    public static byte[] Be32(this byte[] image, int offset, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(image.AsSpan(offset), value);
        return image;
    }

    public static byte[] Be64(this byte[] image, int offset, ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(image.AsSpan(offset), value);
        return image;
    }

    public static byte[] Le16(this byte[] image, int offset, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(offset), value);
        return image;
    }

    public static byte[] Le32(this byte[] image, int offset, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(offset), value);
        return image;
    }

    public static byte[] Le64(this byte[] image, int offset, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(offset), value);
        return image;
    }

    public static byte[] Put(this byte[] image, int offset, ReadOnlySpan<byte> value)
    {
        value.CopyTo(image.AsSpan(offset));
        return image;
    }

    public static byte[] Fill(this byte[] image, int offset, int count, byte value)
    {
        image.AsSpan(offset, count).Fill(value);
        return image;
    }
}
