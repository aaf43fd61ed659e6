namespace ImageUtils.Formats.Qcow2;

/// <summary>The header extensions between the header and the backing file's name.</summary>
internal sealed record Qcow2Extensions
{
    private const uint End = 0;
    private const uint BackingFormatType = 0xE2792ACA;
    private const uint FeatureNamesType = 0x6803F857;
    private const uint BitmapsType = 0x23852875;
    private const uint EncryptionType = 0x0537BE77;
    private const uint DataFileType = 0x44415441;
    private const int FeatureNameSize = 48;
    private const int MaximumCount = 256;
    private const int LongestFormatName = 15;

    public string? BackingFormat { get; private set; }

    public string? DataFile { get; private set; }

    /// <summary>Where the data-file extension stands; null: there is none.</summary>
    public long? DataFileOffset { get; private set; }

    /// <summary>Names of incompatible feature bits, as the image gives them.</summary>
    public IReadOnlyDictionary<int, string> FeatureNames { get; private set; } = new Dictionary<int, string>();

    /// <summary>The byte at which the extension that names the LUKS header begins.</summary>
    public long? EncryptionOffset { get; private set; }

    /// <summary>Where the LUKS header of the encryption lies, and how long it is.</summary>
    public (ulong Offset, ulong Length)? EncryptionHeader { get; private set; }

    /// <summary>Where the bitmap directory lies.</summary>
    public (uint Count, ulong Size, ulong Offset)? Bitmaps { get; private set; }

    /// <summary>Where the extension of bitmaps stands; null: there is none.</summary>
    public long? BitmapsOffset { get; private set; }

    /// <summary>True where the mark of the end was found.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>What is wrong with the extensions.</summary>
    public List<FormatDefect> Defects { get; } = [];

    /// <summary>Reads the extensions.</summary>
    /// <param name="area">The bytes of the file from its beginning up to where extensions may end.</param>
    /// <param name="start">Where the first extension stands.</param>
    /// <returns>The extensions.</returns>
    public static Qcow2Extensions Read(ReadOnlySpan<byte> area, long start)
    {
        Qcow2Extensions extensions = new();
        long position = start;
        for (int index = 0; position <= area.Length - 8; index++)
        {
            if (index == MaximumCount)
            {
                extensions.Defects.Add(new FormatDefect($"There are more than {MaximumCount} header extensions.", position));
                break;
            }

            uint type = area.U32Be((int)position);
            uint length = area.U32Be((int)position + 4);
            if (type == End)
            {
                extensions.IsEnded = true;
                break;
            }

            if (length > area.Length - position - 8)
            {
                extensions.Defects.Add(new FormatDefect($"Header extension 0x{type:x8} claims {length} bytes and leaves the header's area.", position));
                break;
            }

            extensions.Take(type, position, area.Slice((int)position + 8, (int)length));
            position += 8 + ((length + 7L) & ~7L);
        }

        return extensions;
    }

    private void Take(uint type, long position, ReadOnlySpan<byte> data)
    {
        switch (type)
        {
            case BackingFormatType:
                BackingFormat = ImageText.Decode(data);
                if (data.Length > LongestFormatName)
                {
                    Defects.Add(new FormatDefect($"The name of the backing file's format has {data.Length} bytes; {LongestFormatName} are the most.", position));
                }

                break;
            case DataFileType:
                DataFile = ImageText.Decode(data);
                DataFileOffset = position;
                break;
            case FeatureNamesType:
                FeatureNames = ReadFeatureNames(data);
                break;
            case EncryptionType:
                EncryptionOffset = position;
                EncryptionHeader = (data.U64Be(0), data.U64Be(8));
                break;
            case BitmapsType:
                BitmapsOffset = position;
                Bitmaps = (data.U32Be(0), data.U64Be(8), data.U64Be(16));
                break;
            default:
                break;
        }
    }

    private static Dictionary<int, string> ReadFeatureNames(ReadOnlySpan<byte> data)
    {
        Dictionary<int, string> names = [];
        for (int offset = 0; offset <= data.Length - FeatureNameSize; offset += FeatureNameSize)
        {
            if (data[offset] == 0)
            {
                names[data[offset + 1]] = ImageText.Decode(data.Slice(offset + 2, FeatureNameSize - 2));
            }
        }

        return names;
    }
}
