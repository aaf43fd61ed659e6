namespace ImageUtils.Configuration;

/// <summary>One option: its names, what its value is, and where it stands in <see cref="ImageUtilsOptions"/>.</summary>
public sealed class OptionDefinition
{
    /// <summary>The name here; a property of <see cref="ImageUtilsOptions"/>.</summary>
    public required string Name { get; init; }

    /// <summary>What the value is.</summary>
    public required OptionKind Kind { get; init; }

    /// <summary>What it means, in one sentence.</summary>
    public required string Description { get; init; }

    /// <summary>The names in configuration files of OpenStack; the first one that is set counts. Empty: it has none.</summary>
    public IReadOnlyList<CinderKey> CinderKeys { get; init; } = [];

    /// <summary>The name in cinder.conf (or Glance's file) today; null: it has none.</summary>
    public string? CinderName => CinderKeys.Count == 0 ? null : CinderKeys[0].Name;

    /// <summary>True where each backend's section of cinder.conf can have a value of its own.</summary>
    public bool IsBackendOption { get; init; }

    /// <summary>What one stands for in cinder.conf, in bytes; only sizes have it, and 1 means that units are written.</summary>
    public long CinderUnit { get; init; } = 1;

    /// <summary>The smallest number that makes sense.</summary>
    public long Smallest { get; init; } = 1;

    /// <summary>The environment variable.</summary>
    public string Variable => OptionsLoader.VariableOf(Name);

    /// <summary>Reads the value from a set of options, in the type that <see cref="Kind"/> names; null: not set.</summary>
    public required Func<ImageUtilsOptions, object?> Get { get; init; }

    /// <summary>Puts a value of that type, which was checked before, into a set of options.</summary>
    public required Func<ImageUtilsOptions, object, ImageUtilsOptions> With { get; init; }

    /// <summary>The name, for lists and messages.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Name;
}
