using System.Globalization;
using System.Text.Json;
using ImageUtils.Formats;
using ImageUtils.Formats.Luks;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>What a LUKS2 header must keep to: binary part, checksum, and the JSON area.</summary>
internal sealed class Luks2Rules(InspectionContext context, byte[] head)
{
    /// <summary>An honest area is 12 KiB; more is read at full depth only.</summary>
    private const int MetadataArea = 256 * 1024;

    /// <summary>4 GiB, the most that cryptsetup itself asks for.</summary>
    private const long MaximumMemoryKibibytes = 4 * 1024 * 1024;
    private const long MaximumTime = 1000;

    private readonly CheckList _checks = context.Checks;

    public ImageFacts Judge()
    {
        Luks2Header header = Luks2Header.Read(head);
        long payload = 0;
        if (header.IsTruncated)
        {
            _checks.Fail(CheckNames.Header, FormattableString.Invariant($"The file ends inside the header, at byte {head.Length}."), 0, head, References.Luks2);
        }
        else if (!header.HasValidSize || header.HeaderOffset != 0)
        {
            _checks.Fail(CheckNames.Header, FormattableString.Invariant($"A header of {header.HeaderSize} bytes for offset {header.HeaderOffset} is not allowed."), 8, head.AsSpan(8, 8), References.Luks2);
        }
        else if (!context.Reader.Contains(0, header.HeaderSize * 2))
        {
            _checks.Fail(CheckNames.Header, "The file ends inside the two headers.", 8, head.AsSpan(8, 8), References.Luks2);
        }
        else if (!context.IsFull && header.HeaderSize > MetadataArea)
        {
            _checks.Warn(CheckNames.Header, FormattableString.Invariant($"The header of {header.HeaderSize} bytes is read at full depth only."), 8);
        }
        else
        {
            payload = JudgeArea(header);
            if (context.IsFull)
            {
                Luks2AreaRules.JudgeCopy(header, context);
            }
        }

        _checks.Pass(CheckNames.Header, "The header of version 2 is whole.");
        _checks.Pass(CheckNames.Encryption, "The content is encrypted with LUKS version 2.");
        long size = Math.Max(0, context.Reader.Length - payload);
        SizeRules.Judge(_checks, (ulong)size);
        return new ImageFacts
        {
            Format = DiskFormat.Luks,
            VirtualSize = size,
            IsEncrypted = true,
            FormatSpecific = new Dictionary<string, object?>(StringComparer.Ordinal) { ["version"] = 2L, ["uuid"] = header.Id, ["payload-offset"] = payload },
        };
    }

    private static long? Number(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out JsonElement value))
        {
            return null;
        }

        return value.ValueKind switch
        {
            // The specification writes 64-bit numbers as text.
            JsonValueKind.String => long.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out long parsed) ? parsed : null,
            JsonValueKind.Number => value.TryGetInt64(out long number) ? number : null,
            _ => null,
        };
    }

    private long JudgeArea(Luks2Header header)
    {
        byte[] area = context.Reader.ReadArray(0, (int)header.HeaderSize);
        bool? isRight = header.HasRightChecksum(area);
        if (isRight == false)
        {
            _checks.Fail(CheckNames.Checksum, "The checksum of the header is wrong.", 448, header.Checksum, References.Luks2);
        }
        else if (isRight is null)
        {
            _checks.Warn(CheckNames.Checksum, $"The checksum's algorithm '{ImageText.Show(header.Algorithm)}' is not known.", 72, reference: References.Luks2);
        }

        _checks.Pass(CheckNames.Checksum, "The checksum of the header is right.");
        ReadOnlyMemory<byte> text = area.AsMemory(Luks2Header.Size);
        int end = text.Span.IndexOf((byte)0);
        try
        {
            using JsonDocument document = JsonDocument.Parse(end < 0 ? text : text[..end], new JsonDocumentOptions { MaxDepth = 16 });
            return JudgeJson(document.RootElement, header);
        }
        catch (JsonException)
        {
            _checks.Fail(CheckNames.Header, "The JSON area is not valid.", Luks2Header.Size, reference: References.Luks2);
            return 0;
        }
        catch (InvalidOperationException)
        {
            // Text that is no valid UTF-8 or UTF-16 shows only when it is asked for.
            _checks.Fail(CheckNames.Header, "The JSON area is not valid.", Luks2Header.Size, reference: References.Luks2);
            return 0;
        }
    }

    private long JudgeJson(JsonElement root, Luks2Header header)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            _checks.Fail(CheckNames.Header, "The JSON area is not valid.", Luks2Header.Size, reference: References.Luks2);
            return 0;
        }

        JudgeCosts(root);
        Luks2AreaRules.JudgeAreas(root, header, Number, context);
        long payload = 0;
        if (root.TryGetProperty("segments", out JsonElement segments) && segments.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty segment in segments.EnumerateObject())
            {
                long? offset = Number(segment.Value, "offset");
                if (offset is null or < 0 || offset > context.Reader.Length)
                {
                    _checks.Fail(CheckNames.Tables, "The content is said to begin behind the end of the file.", Luks2Header.Size, reference: References.Luks2);
                    continue;
                }

                payload = payload == 0 ? offset.Value : Math.Min(payload, offset.Value);
            }
        }

        return payload;
    }

    private void JudgeCosts(JsonElement root)
    {
        if (!root.TryGetProperty("keyslots", out JsonElement slots) || slots.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (JsonProperty slot in slots.EnumerateObject())
        {
            if (slot.Value.ValueKind != JsonValueKind.Object || !slot.Value.TryGetProperty("kdf", out JsonElement kdf))
            {
                continue;
            }

            bool isCheap = (Number(kdf, "iterations") ?? 1) is >= 1 and <= Luks1Rules.MaximumIterations
                && (Number(kdf, "memory") ?? 0) is >= 0 and <= MaximumMemoryKibibytes
                && (Number(kdf, "time") ?? 0) is >= 0 and <= MaximumTime;
            if (!isCheap)
            {
                _checks.Fail(CheckNames.KeyDerivation, $"Key slot {ImageText.Show(slot.Name)} asks for more time or memory than is accepted.", Luks2Header.Size, reference: References.LuksCost);
            }
        }

        _checks.Pass(CheckNames.KeyDerivation, "No key asks for more time or memory than is accepted.", References.LuksCost);
    }
}
