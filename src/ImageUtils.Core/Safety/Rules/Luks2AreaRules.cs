using System.Text.Json;
using ImageUtils.Formats;
using ImageUtils.Formats.Luks;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>Where a LUKS2 header says that key material lies, and the second copy of the header (LUKS2 specification, sections 2 and 3.2).</summary>
internal static class Luks2AreaRules
{
    /// <summary>The most that the specification allows.</summary>
    private const int MaximumSlots = 32;

    /// <summary>Judges the areas of all key slots.</summary>
    /// <param name="root">The JSON area.</param>
    /// <param name="header">The binary part.</param>
    /// <param name="number">Reads a number of the JSON area; null where there is none.</param>
    /// <param name="context">The bytes, and where findings go.</param>
    public static void JudgeAreas(JsonElement root, Luks2Header header, Func<JsonElement, string, long?> number, InspectionContext context)
    {
        if (!root.TryGetProperty("keyslots", out JsonElement slots) || slots.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        TableMap map = new(context);
        _ = map.Add("the headers", 0, header.HeaderSize * 2);
        int count = 0;
        foreach (JsonProperty slot in slots.EnumerateObject())
        {
            if (++count > MaximumSlots)
            {
                context.Checks.Fail(CheckNames.Header, FormattableString.Invariant($"There are more than {MaximumSlots} key slots."), Luks2Header.Size, reference: References.Luks2);
                return;
            }

            if (slot.Value.ValueKind != JsonValueKind.Object || !slot.Value.TryGetProperty("area", out JsonElement area))
            {
                continue;
            }

            (long? offset, long? size) = (number(area, "offset"), number(area, "size"));
            if (offset is null or < 0 || size is null or < 0)
            {
                context.Checks.Fail(CheckNames.Tables, $"The area of key slot {ImageText.Show(slot.Name)} has no place.", Luks2Header.Size, reference: References.Luks2);
            }
            else
            {
                _ = map.Add($"the area of key slot {ImageText.Show(slot.Name)}", (ulong)offset.Value, (ulong)size.Value, Luks2Header.Size);
            }
        }
    }

    /// <summary>Looks at the second copy, which counts where the first one is damaged.</summary>
    /// <param name="header">The first copy.</param>
    /// <param name="context">The bytes, and where findings go.</param>
    public static void JudgeCopy(Luks2Header header, InspectionContext context)
    {
        ReadOnlySpan<byte> copy = context.Reader.ReadArray((long)header.HeaderSize, Luks2Header.Size);
        if (!copy.HasAt(0, [0x53, 0x4b, 0x55, 0x4c, 0xba, 0xbe]) || copy.U64Be(8) != header.HeaderSize || copy.U64Be(256) != header.HeaderSize)
        {
            context.Checks.Warn(CheckNames.Header, "The second copy of the header is missing or damaged.", (long)header.HeaderSize, reference: References.Luks2);
        }
    }
}
