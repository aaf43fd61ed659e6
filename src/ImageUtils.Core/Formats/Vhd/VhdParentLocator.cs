namespace ImageUtils.Formats.Vhd;

/// <summary>An entry of a differencing VHD that says where its parent may be found (specification 1.0, "Parent Locator Entries").</summary>
/// <param name="Code">Four letters that say how the text is to be read.</param>
/// <param name="Length">The length of the text in bytes; whoever made the image may claim anything.</param>
/// <param name="Offset">Where the text stands, in bytes of the file.</param>
internal sealed record VhdParentLocator(string Code, uint Length, ulong Offset)
{
    private const int First = 576;
    private const int EntrySize = 24;
    private const int Count = 8;

    /// <summary>True for text in UTF-8 with a file URL; else it is UTF-16, little end first.</summary>
    public bool IsUrl => string.Equals(Code, "MacX", StringComparison.Ordinal);

    /// <summary>True where the text is a path that we can read.</summary>
    public bool IsPath => Code is "MacX" or "W2ku" or "W2ru";

    /// <summary>Reads the entries that are in use.</summary>
    /// <param name="header">The dynamic header.</param>
    /// <returns>The entries, in order.</returns>
    public static IReadOnlyList<VhdParentLocator> ReadAll(ReadOnlySpan<byte> header)
    {
        List<VhdParentLocator> locators = [];
        for (int index = 0; index < Count; index++)
        {
            int offset = First + (index * EntrySize);
            if (header.U32Be(offset) != 0)
            {
                locators.Add(new VhdParentLocator(System.Text.Encoding.Latin1.GetString(header.Part(offset, 4)), header.U32Be(offset + 8), header.U64Be(offset + 16)));
            }
        }

        return locators;
    }
}
