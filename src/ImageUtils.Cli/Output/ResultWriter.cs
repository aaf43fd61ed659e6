using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageUtils.Cli;

/// <summary>Prints results: one JSON object a line, or text for people.</summary>
internal sealed class ResultWriter
{
    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower), new SecondsConverter() },
    };

    private readonly TextWriter _output;
    private readonly bool _asJson;

    /// <summary>Makes the writer.</summary>
    /// <param name="output">Where the results go.</param>
    /// <param name="asJson">True: JSON.</param>
    public ResultWriter(TextWriter output, bool asJson)
    {
        _output = output;
        _asJson = asJson;
    }

    /// <summary>Prints one result with all its properties.</summary>
    /// <param name="result">The result.</param>
    public void Write(object result)
    {
        if (_asJson)
        {
            _output.WriteLine(JsonSerializer.Serialize(result, result.GetType(), JsonOptions));
            return;
        }

        _output.WriteLine(PropertyList.Of(result));
    }

    /// <summary>Prints many results, as a table for people.</summary>
    /// <typeparam name="T">Their type.</typeparam>
    /// <param name="results">The results.</param>
    /// <param name="columns">The columns of the table: heading and value.</param>
    public void WriteTable<T>(IReadOnlyList<T> results, params (string Heading, Func<T, object?> Value)[] columns)
        where T : notnull
    {
        if (!_asJson)
        {
            _output.Write(TextTable.Of(results, columns));
            return;
        }

        foreach (T result in results)
        {
            Write(result);
        }
    }
}
