using System.Globalization;
using System.Text;

namespace ImageUtils.Formats.Containers;

/// <summary>The records of an extended header of a tar archive (POSIX.1-2001 pax): <c>LENGTH KEY=VALUE</c> and a line end.</summary>
internal static class PaxRecords
{
    public const string Path = "path";
    public const string Size = "size";

    private const string LinkPath = "linkpath";
    private const string Sparse = "GNU.sparse.";

    /// <summary>Reads records.</summary>
    /// <param name="bytes">The content of the header.</param>
    /// <returns>The records; null: they are not in order.</returns>
    public static Dictionary<string, string>? Read(ReadOnlySpan<byte> bytes)
    {
        Dictionary<string, string> records = new(StringComparer.Ordinal);
        while (!bytes.IsEmpty)
        {
            // The length counts itself and the line end.
            int space = bytes.IndexOf((byte)' ');
            if (space <= 0
                || !int.TryParse(bytes[..space], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length <= space + 1
                || length > bytes.Length
                || bytes[length - 1] != (byte)'\n')
            {
                return null;
            }

            string record = Encoding.UTF8.GetString(bytes[(space + 1)..(length - 1)]);
            int equals = record.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                return null;
            }

            records[record[..equals]] = record[(equals + 1)..];
            bytes = bytes[length..];
        }

        return records;
    }

    /// <summary>True where a record changes what a member's data are.</summary>
    public static bool HasSparse(Dictionary<string, string> records) => records.Keys.Any(key => key.StartsWith(Sparse, StringComparison.Ordinal));

    /// <summary>True where a record changes which file a member is; no header for a whole archive may have it.</summary>
    public static bool ChangesMembers(Dictionary<string, string> records) =>
        records.ContainsKey(Path) || records.ContainsKey(Size) || records.ContainsKey(LinkPath) || HasSparse(records);
}
