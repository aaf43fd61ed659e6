namespace ImageUtils.Configuration;

/// <summary>What the user's file holds.</summary>
/// <param name="Values">Options that the user set.</param>
/// <param name="CinderConf">Options that were imported from a cinder.conf.</param>
public sealed record UserOptions(OptionSet Values, OptionSet CinderConf)
{
    /// <summary>An empty file, or none.</summary>
    public static UserOptions None { get; } = new(OptionSet.Empty, OptionSet.Empty);
}
