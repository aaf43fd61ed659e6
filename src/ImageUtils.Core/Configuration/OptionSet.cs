using System.Collections.Immutable;

namespace ImageUtils.Configuration;

/// <summary>Values of some options, from one source. It never changes; a change gives another one.</summary>
public sealed class OptionSet
{
    private readonly ImmutableDictionary<string, object> _values;

    private OptionSet(ImmutableDictionary<string, object> values) => _values = values;

    /// <summary>No option at all.</summary>
    public static OptionSet Empty { get; } = new(ImmutableDictionary.Create<string, object>(StringComparer.Ordinal));

    /// <summary>The names of the options that have a value here.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>How many options have a value here.</summary>
    public int Count => _values.Count;

    /// <summary>The value of an option here.</summary>
    /// <param name="definition">The option.</param>
    /// <returns>The value, in the type of its <see cref="OptionKind"/>; null: none here.</returns>
    public object? this[OptionDefinition definition] => _values.GetValueOrDefault(definition.Name);

    /// <summary>Gives one option another value.</summary>
    /// <param name="definition">The option.</param>
    /// <param name="value">The value; it is checked.</param>
    /// <returns>The changed values.</returns>
    /// <exception cref="Errors.InvalidOptionException">The value cannot be used.</exception>
    public OptionSet With(OptionDefinition definition, object value) =>
        new(_values.SetItem(definition.Name, OptionValue.Check(definition, value, definition.Name)));

    /// <summary>Gives one option the value that a text means.</summary>
    /// <param name="definition">The option.</param>
    /// <param name="text">The text, as it would stand in an environment variable.</param>
    /// <returns>The changed values.</returns>
    /// <exception cref="Errors.InvalidOptionException">The text cannot be used.</exception>
    public OptionSet WithText(OptionDefinition definition, string text) =>
        new(_values.SetItem(definition.Name, OptionValue.Parse(definition, text, definition.Name)));

    /// <summary>Takes one option away.</summary>
    /// <param name="definition">The option.</param>
    /// <returns>The changed values.</returns>
    public OptionSet Without(OptionDefinition definition) => new(_values.Remove(definition.Name));

    /// <summary>Puts other values over these.</summary>
    /// <param name="other">The values that win.</param>
    /// <returns>Both together.</returns>
    public OptionSet With(OptionSet other) => new(_values.SetItems(other._values));

    /// <summary>Adds a value that was checked before.</summary>
    internal OptionSet WithChecked(OptionDefinition definition, object value) => new(_values.SetItem(definition.Name, value));
}
