using System.Text.Json;
using System.Text.Json.Nodes;
using ImageUtils.Errors;

namespace ImageUtils.Configuration;

/// <summary>Values of options as JSON: numbers, truth values, texts and lists of texts. A text is also taken for what it would mean in a variable.</summary>
internal static class OptionJson
{
    /// <summary>Reads a value.</summary>
    /// <param name="definition">The option.</param>
    /// <param name="node">The value in JSON.</param>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidOptionException">The value cannot be used.</exception>
    public static object Read(OptionDefinition definition, JsonNode? node)
    {
        string name = definition.Name;
        object value = node switch
        {
            JsonArray items => items.Select(item => Text(item) ?? throw Bad(name, node, "a list holds texts only.")).ToArray(),
            JsonValue single when single.GetValueKind() is JsonValueKind.True or JsonValueKind.False => single.GetValue<bool>(),
            JsonValue single when single.GetValueKind() is JsonValueKind.Number => Number(definition, single),
            JsonValue single when Text(single) is { } text => OptionValue.Parse(definition, text, name),
            _ => throw Bad(name, node, "write a text, a number, true, false or a list of texts."),
        };
        IEnumerable<JsonNode?> parts = node is JsonArray many ? many : [node];
        if (parts.Select(part => Text(part) ?? string.Empty).Any(part => OptionValue.IsPath(definition, part) && !Path.IsPathFullyQualified(part)))
        {
            throw Bad(name, node, "write a full path; a file has no current folder.");
        }

        return OptionValue.Check(definition, value, name);
    }

    /// <summary>Writes a value.</summary>
    /// <param name="value">The value, in the type of its kind.</param>
    /// <returns>The value in JSON.</returns>
    public static JsonNode Write(object value) => value switch
    {
        bool truth => JsonValue.Create(truth),
        int number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        IEnumerable<string> items => new JsonArray([.. items.Select(item => (JsonNode)JsonValue.Create(item))]),
        _ => JsonValue.Create((string)value),
    };

    private static object Number(OptionDefinition definition, JsonValue value)
    {
        JsonElement number = value.GetValue<JsonElement>();
        if (definition.Kind == OptionKind.Size && number.TryGetInt64(out long bytes))
        {
            return bytes;
        }

        return definition.Kind is OptionKind.Seconds or OptionKind.Count && number.TryGetInt32(out int count)
            ? count
            : throw Bad(definition.Name, value, "a number has no meaning here, or is no whole number in range.");
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static InvalidOptionException Bad(string name, JsonNode? node, string reason) => new(name, node?.ToJsonString() ?? "null", reason);
}
