using System.Globalization;
using System.Text;

namespace ImageUtils.Formats.Vmdk;

/// <summary>The text part of a VMDK (Virtual Disk Format 5.0, "The Descriptor File").</summary>
internal sealed class VmdkDescriptor
{
    private const int MaximumExtents = 4096;
    private const int MostStrayBytes = 8;
    private const uint NoParent = 0xFFFFFFFF;

    private readonly Dictionary<string, (string Text, long Offset)> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where the text begins in the file.</summary>
    public long Offset { get; private init; }

    /// <summary>The createType as it stands there; null: none.</summary>
    public string? CreateType => Value("createType");

    public string? ParentHint => Value("parentFileNameHint");

    /// <summary>A second file of changed blocks, which a reader would open.</summary>
    public string? ChangeTrackPath => Value("changeTrackPath");

    public uint ContentId => ReadId("CID", 0);

    public uint ParentId => ReadId("parentCID", NoParent);

    public bool NamesParent => ParentId != NoParent || !string.IsNullOrEmpty(ParentHint);

    public List<VmdkExtent> Extents { get; } = [];

    /// <summary>What is not understood.</summary>
    public List<FormatDefect> Defects { get; } = [];

    /// <summary>The sectors of all extents; null where their sum is beyond every disk.</summary>
    public ulong? Sectors
    {
        get
        {
            UInt128 sum = 0;
            foreach (VmdkExtent extent in Extents)
            {
                sum += extent.Sectors;
            }

            return sum <= long.MaxValue / 512 ? (ulong)sum : null;
        }
    }

    /// <summary>Where a line stands in the file.</summary>
    /// <param name="key">The name before the equals sign.</param>
    /// <returns>Its place, or that of the whole text where there is no such line.</returns>
    public long OffsetOf(string key) => _values.TryGetValue(key, out (string Text, long Offset) value) ? value.Offset : Offset;

    /// <summary>Reads a descriptor.</summary>
    /// <param name="bytes">The text, perhaps padded with zero bytes.</param>
    /// <param name="offset">Where it stands in the file.</param>
    /// <returns>The descriptor.</returns>
    public static VmdkDescriptor Read(ReadOnlySpan<byte> bytes, long offset)
    {
        VmdkDescriptor descriptor = new() { Offset = offset };
        int end = bytes.IndexOf((byte)0);
        ReadOnlySpan<byte> text = end < 0 ? bytes : bytes[..end];
        if (end >= 0 && bytes[end..].Length - bytes[end..].Count((byte)0) > MostStrayBytes)
        {
            // qemu writes a shorter CID over a longer one, and leaves so many bytes of the old text; more is text that only some readers see.
            descriptor.Defects.Add(new FormatDefect("There is more text behind the end of the descriptor.", offset + end));
        }

        int foreign = text.IndexOfAnyExceptInRange((byte)0x01, (byte)0x7f);
        if (foreign >= 0)
        {
            descriptor.Defects.Add(new FormatDefect("The descriptor is not plain ASCII text.", offset + foreign));
        }

        int position = 0;
        foreach (Range range in text.Split((byte)'\n'))
        {
            descriptor.ReadLine(Encoding.UTF8.GetString(text[range]).Trim(), offset + position);
            position += text[range].Length + 1;
        }

        return descriptor;
    }

    private static VmdkExtent? ReadExtent(string line, long offset)
    {
        string[] words = line.Split((char[])[' ', '\t'], 4, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 3
            || words[0].ToUpperInvariant() is not ("RW" or "RDONLY" or "NOACCESS")
            || !ulong.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong sectors))
        {
            return null;
        }

        string? name = null;
        if (words.Length == 4)
        {
            int open = words[3].IndexOf('"', StringComparison.Ordinal);
            int close = words[3].LastIndexOf('"');
            name = open == 0 && close > open ? words[3][1..close] : words[3];
        }

        return new VmdkExtent(words[0].ToUpperInvariant(), sectors, words[2].ToUpperInvariant(), name, offset);
    }

    private static bool IsKey(string key) => key.Length > 0 && key.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-');

    private void ReadLine(string line, long offset)
    {
        if (line.Length == 0 || line[0] == '#')
        {
            return;
        }

        int equals = line.IndexOf('=', StringComparison.Ordinal);
        string key = equals < 0 ? string.Empty : line[..equals].Trim();
        if (IsKey(key))
        {
            string value = line[(equals + 1)..].Trim();
            value = value.Length >= 2 && value[0] == '"' && value[^1] == '"' ? value[1..^1] : value;
            if (!_values.TryAdd(key, (value, offset)) && !key.StartsWith("ddb", StringComparison.OrdinalIgnoreCase))
            {
                // Readers differ in which of two lines they obey.
                Defects.Add(new FormatDefect($"The descriptor says '{ImageText.Show(key)}' twice.", offset));
            }

            return;
        }

        if (ReadExtent(line, offset) is not VmdkExtent extent)
        {
            if (!line.StartsWith("ddb", StringComparison.OrdinalIgnoreCase))
            {
                Defects.Add(new FormatDefect($"A line of the descriptor is not understood: '{ImageText.Show(line)}'.", offset));
            }
        }
        else if (Extents.Count == MaximumExtents)
        {
            Defects.Add(new FormatDefect($"There are more than {MaximumExtents} extents.", offset));
        }
        else
        {
            Extents.Add(extent);
        }
    }

    private string? Value(string key) => _values.GetValueOrDefault(key).Text;

    private uint ReadId(string key, uint otherwise) =>
        Value(key) is not string text
            ? otherwise
            : uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint id) ? id : 0;
}
