namespace ImageUtils.Services.Identity;

/// <summary>A piece of a YAML file: a text, a list, a map, or nothing. Aliases share one object, so they cost nothing.</summary>
internal sealed class YamlNode
{
    /// <summary>The text of a scalar; null: it is none, or YAML's null.</summary>
    public string? Text { get; init; }

    /// <summary>The items of a list; null: it is none.</summary>
    public List<YamlNode>? Items { get; init; }

    /// <summary>The members of a map; null: it is none.</summary>
    public Dictionary<string, YamlNode>? Members { get; init; }

    /// <summary>True for YAML's null, and for nothing at all.</summary>
    public bool IsNull => Text is null && Items is null && Members is null;

    /// <summary>An empty map.</summary>
    public static YamlNode Map() => new() { Members = new Dictionary<string, YamlNode>(StringComparer.Ordinal) };

    /// <summary>A member of a map.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The member; null: there is none, or it is null, or this is no map.</returns>
    public YamlNode? this[string name] => Members is not null && Members.TryGetValue(name, out YamlNode? member) && !member.IsNull ? member : null;

    /// <summary>Lays another map over this one; maps in maps are merged too. Neither is changed.</summary>
    /// <param name="over">The map whose members win.</param>
    /// <param name="depth">How deep it may go on; below that the upper one replaces the lower one.</param>
    public YamlNode Overlaid(YamlNode? over, int depth = 8)
    {
        if (over is null || over.IsNull)
        {
            return this;
        }

        if (Members is null || over.Members is null || depth == 0)
        {
            return over;
        }

        var merged = new Dictionary<string, YamlNode>(Members, StringComparer.Ordinal);
        foreach ((string name, YamlNode member) in over.Members)
        {
            merged[name] = merged.TryGetValue(name, out YamlNode? under) ? under.Overlaid(member, depth - 1) : member;
        }

        return new YamlNode { Members = merged };
    }
}
