using ImageUtils.Storage;

namespace ImageUtils.Safety;

/// <summary>Reads entries of any length, one behind the other, a piece of the file at a time.</summary>
internal sealed class TableWindow(IImageReader reader)
{
    private const int PieceSize = 64 * 1024;

    private byte[] _piece = [];
    private long _offset;

    /// <summary>Gives some bytes.</summary>
    /// <param name="position">Where they stand.</param>
    /// <param name="count">How many, at most 64 KiB.</param>
    /// <returns>The bytes; fewer at the end of the file.</returns>
    public ReadOnlySpan<byte> At(long position, int count)
    {
        if (position < _offset || position + count > _offset + _piece.Length)
        {
            _piece = reader.ReadArray(position, PieceSize);
            _offset = position;
        }

        ReadOnlySpan<byte> rest = _piece.AsSpan((int)(position - _offset));
        return rest[..Math.Min(count, rest.Length)];
    }
}
