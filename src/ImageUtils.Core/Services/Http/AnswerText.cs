using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace ImageUtils.Services.Http;

/// <summary>What a server says when it refuses, as one line of plain text: services answer in JSON, in HTML, or in words.</summary>
internal static class AnswerText
{
    private const int Longest = 600;

    private static readonly JsonDocumentOptions ReadOptions = new() { MaxDepth = 16 };

    // Keystone and Nova wrap it in an object; Barbican and others write it plainly.
    private static readonly string[] Members = ["message", "description", "faultstring", "title"];

    /// <summary>Reduces the body of an answer to a line.</summary>
    /// <param name="body">The body, or its beginning.</param>
    /// <param name="status">The status, whose own words are not repeated.</param>
    public static string Of(ReadOnlyMemory<byte> body, HttpStatusCode status)
    {
        string text = Encoding.UTF8.GetString(body.Span).Trim();
        string told = text.StartsWith('{') ? FromJson(body) ?? text : text.StartsWith('<') ? FromHtml(text) : text;
        string line = OneLine(told);
        line = WithoutHeading(line, status);
        return line.Length > Longest ? string.Concat(line.AsSpan(0, Longest), "…") : line;
    }

    private static string? FromJson(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, ReadOptions);
            JsonElement told = document.RootElement;
            return Member(told) ?? told.EnumerateObject()
                .Where(property => property.Value.ValueKind == JsonValueKind.Object)
                .Select(property => Member(property.Value))
                .FirstOrDefault(text => text is not null);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Member(JsonElement element) => Members
        .Select(name => element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null)
        .FirstOrDefault(text => !string.IsNullOrWhiteSpace(text));

    private static string FromHtml(string html)
    {
        int body = html.IndexOf("<body", StringComparison.OrdinalIgnoreCase);
        var text = new StringBuilder(html.Length);
        bool isTag = false;
        foreach (char letter in body < 0 ? html : html[body..])
        {
            isTag = letter == '<' || (isTag && letter != '>');
            text.Append(isTag || letter == '>' ? ' ' : letter);
        }

        return WebUtility.HtmlDecode(text.ToString());
    }

    // Control characters of a server have no business on a terminal.
    private static string OneLine(string text)
    {
        var line = new StringBuilder(Math.Min(text.Length, Longest * 2));
        foreach (char letter in text)
        {
            bool isSpace = char.IsWhiteSpace(letter) || char.IsControl(letter);
            if (!isSpace)
            {
                line.Append(letter);
            }
            else if (line.Length > 0 && line[^1] != ' ')
            {
                line.Append(' ');
            }
        }

        return line.ToString().Trim();
    }

    // WebOb writes "409 Conflict" above what it has to say; the status stands in our own words already.
    private static string WithoutHeading(string line, HttpStatusCode status)
    {
        foreach (string reason in new[] { new HttpResponseMessage(status).ReasonPhrase ?? string.Empty, status.ToString() })
        {
            string heading = string.Create(CultureInfo.InvariantCulture, $"{(int)status} {reason} ");
            if (line.StartsWith(heading, StringComparison.OrdinalIgnoreCase))
            {
                return line[heading.Length..];
            }
        }

        return line;
    }
}
