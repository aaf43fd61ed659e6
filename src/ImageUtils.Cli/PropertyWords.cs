namespace ImageUtils.Cli;

/// <summary>Words of the form <c>NAME=VALUE</c>.</summary>
internal static class PropertyWords
{
    /// <summary>Takes the words apart.</summary>
    /// <param name="words">The words.</param>
    /// <returns>Names and values.</returns>
    /// <exception cref="UsageException">A word has no name or no equals sign, or a name comes twice.</exception>
    public static IReadOnlyDictionary<string, string> Parse(IReadOnlyList<string> words)
    {
        Dictionary<string, string> properties = new(StringComparer.Ordinal);
        foreach (string word in words)
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || !properties.TryAdd(word[..equals], word[(equals + 1)..]))
            {
                throw new UsageException($"'{word}' is not a property; write --property NAME=VALUE, each name once.");
            }
        }

        return properties;
    }
}
