using System.Text.Json;

namespace ImageUtils.Qemu;

/// <summary>Reads the JSON of <c>qemu-img measure</c>; members that we do not use (<c>bitmaps</c>) may be there or not.</summary>
public static class QemuImgMeasureParser
{
    private const int DeepestNesting = 8;

    /// <summary>Reads an answer.</summary>
    /// <param name="json">The text.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="FormatException">It is not the JSON that was expected.</exception>
    public static QemuImgMeasure Parse(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = DeepestNesting });
            var answer = new QemuImgMeasure(Number(document.RootElement, "required"), Number(document.RootElement, "fully-allocated"));
            return answer.FullyAllocated >= answer.Required
                ? answer
                : throw new FormatException("qemu-img measure requires more than a fully allocated image takes.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException($"The answer of qemu-img measure is not understood: {e.Message}", e);
        }
    }

    private static long Number(JsonElement root, string name)
    {
        long number = root.GetProperty(name).GetInt64();
        return number >= 0 ? number : throw new FormatException($"qemu-img measure answered with a negative size ({name}).");
    }
}
