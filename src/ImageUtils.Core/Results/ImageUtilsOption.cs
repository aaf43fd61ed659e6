using System.Globalization;
using ImageUtils.Configuration;

namespace ImageUtils;

/// <summary>One setting as it counts now (<c>Get-ImageUtilsOption</c>).</summary>
public sealed record ImageUtilsOption
{
    /// <summary>The name, for example <c>CompressOnUpload</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The value: a text, a truth value, a number of seconds or of things, a number of bytes, or a list of texts; null: none.</summary>
    public object? Value { get; init; }

    /// <summary>Where the value came from.</summary>
    public required OptionSource Source { get; init; }

    /// <summary>The name in cinder.conf or Glance's file; null: it has none there.</summary>
    public string? CinderName { get; init; }

    /// <summary>What it means, in one sentence.</summary>
    public required string Description { get; init; }

    /// <summary>The value as a text for people, the same in every culture; sizes are rounded.</summary>
    /// <returns>The text; empty for no value.</returns>
    public string FormatValue() => Value switch
    {
        bool truth => truth ? "true" : "false",
        long bytes => SizeText.Format(bytes),
        IEnumerable<string> items => string.Join(", ", items),
        _ => Convert.ToString(Value, CultureInfo.InvariantCulture) ?? string.Empty,
    };

    /// <summary>The name, for lists and messages.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Name;
}
