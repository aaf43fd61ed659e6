using System.Globalization;
using ImageUtils.Errors;

namespace ImageUtils.Services;

/// <summary>Glance's rules for the records of images, where the service is ours to keep them.</summary>
internal static class ImageRules
{
    // Glance: the columns' widths, and the defaults of image_property_quota and image_tag_quota.
    private const int LongestName = 255;
    private const int LongestValue = 65_535;
    private const int MostEntries = 128;

    /// <summary>The id in the one spelling that names a folder: nothing but a UUID ever becomes part of a path.</summary>
    public static bool TryNormalizeId(string? imageId, out string normalized)
    {
        // The parser forgives spaces, signs and 0x; an id that is not written plainly is none.
        normalized = Guid.TryParseExact(imageId, "D", out Guid id) ? id.ToString("D") : string.Empty;
        return normalized.Length > 0 && normalized.Equals(imageId, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Turns a wish into the record of a queued image.</summary>
    /// <exception cref="InvalidImagePropertyException">A part of it breaks a rule.</exception>
    public static ServiceImage Queue(NewServiceImage definition, DateTime now)
    {
        string id = Guid.NewGuid().ToString("D");
        if (definition.ImageId is not null && !TryNormalizeId(definition.ImageId, out id))
        {
            throw new InvalidImagePropertyException("id", definition.ImageId, "it is not a UUID.");
        }

        RequireText("name", definition.Name ?? string.Empty, LongestName);
        RequireCount("min_disk", definition.MinDisk);
        RequireCount("min_ram", definition.MinRam);
        RequireWord("container_format", definition.ContainerFormat, ImageVocabulary.ContainerFormats);
        RequireWord("visibility", definition.Visibility, ImageVocabulary.Visibilities);
        RequireTags(definition.Tags);
        RequireProperties(definition.Properties);
        return new ServiceImage
        {
            ImageId = id,
            Name = definition.Name,
            Status = ImageVocabulary.Queued,
            DiskFormat = GlanceDiskFormat(definition.DiskFormat),
            ContainerFormat = definition.ContainerFormat,
            MinDisk = definition.MinDisk,
            MinRam = definition.MinRam,
            Visibility = definition.Visibility,
            Protected = definition.Protected,
            Tags = definition.Tags.Distinct(StringComparer.Ordinal).ToArray(),
            Properties = new Dictionary<string, string>(definition.Properties, StringComparer.Ordinal),
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    /// <summary>The disk format as Glance names it.</summary>
    /// <exception cref="InvalidImagePropertyException">Glance has no such format.</exception>
    public static string GlanceDiskFormat(string name)
    {
        string plain = name.Trim().ToLowerInvariant();
        string? glanceName = DiskFormat.TryParse(plain, out DiskFormat? format) ? format.GlanceName : plain;
        return glanceName is not null && ImageVocabulary.DiskFormats.Contains(glanceName)
            ? glanceName
            : throw new InvalidImagePropertyException("disk_format", name, $"image services know {string.Join(", ", ImageVocabulary.DiskFormats.Order(StringComparer.Ordinal))}.");
    }

    private static void RequireText(string property, string value, int longest)
    {
        if (value.Length > longest)
        {
            throw new InvalidImagePropertyException(
                property,
                value[..32] + "…",
                string.Create(CultureInfo.InvariantCulture, $"it is longer than {longest} characters."));
        }

        for (int i = 0; i < value.Length; i++)
        {
            // Half a surrogate pair cannot be stored as text and would come back as something else.
            bool isPair = char.IsHighSurrogate(value[i]) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]);
            if (char.IsSurrogate(value[i]) && !isPair)
            {
                throw new InvalidImagePropertyException(property, value, "it is not well-formed text.");
            }

            i += isPair ? 1 : 0;
        }
    }

    private static void RequireCount(string property, int value)
    {
        if (value < 0)
        {
            throw new InvalidImagePropertyException(property, value.ToString(CultureInfo.InvariantCulture), "it cannot be negative.");
        }
    }

    private static void RequireWord(string property, string value, IReadOnlySet<string> allowed)
    {
        if (!allowed.Contains(value))
        {
            throw new InvalidImagePropertyException(property, value, $"it is not one of {string.Join(", ", allowed.Order(StringComparer.Ordinal))}.");
        }
    }

    private static void RequireTags(IReadOnlyList<string> tags)
    {
        RequireQuota("tags", tags.Count);
        foreach (string tag in tags)
        {
            RequireText("tags", tag, LongestName);
        }
    }

    private static void RequireProperties(IReadOnlyDictionary<string, string> properties)
    {
        RequireQuota("properties", properties.Count);
        foreach ((string name, string value) in properties)
        {
            if (name.Length == 0 || name.StartsWith(ImageVocabulary.ReservedPrefix, StringComparison.OrdinalIgnoreCase))
            {
                throw new InvalidImagePropertyException(name, value, "names that begin with os_glance are reserved for the image service.");
            }

            if (ImageVocabulary.BaseProperties.Contains(name))
            {
                throw new InvalidImagePropertyException(name, value, "it is a property of its own and cannot be a free one too.");
            }

            RequireText("properties", name, LongestName);
            RequireText(name, value, LongestValue);
        }
    }

    private static void RequireQuota(string property, int count)
    {
        if (count > MostEntries)
        {
            throw new InvalidImagePropertyException(
                property,
                count.ToString(CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"an image has at most {MostEntries} of them."));
        }
    }
}
