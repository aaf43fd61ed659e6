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

    /// <summary>Applies changes to a record.</summary>
    /// <exception cref="InvalidImagePropertyException">One of them breaks a rule.</exception>
    /// <exception cref="ImageStatusConflictException">A format shall change, and the image is not queued.</exception>
    public static ServiceImage Apply(ImageChanges changes, ServiceImage image, DateTime now)
    {
        if (changes.IsEmpty)
        {
            return image;
        }

        RequireQueuedForFormat(changes, image);
        RequireText("name", changes.Name ?? string.Empty, LongestName);
        RequireCount("min_disk", changes.MinDisk ?? 0);
        RequireCount("min_ram", changes.MinRam ?? 0);
        RequireWord("container_format", changes.ContainerFormat ?? ImageVocabulary.Bare, ImageVocabulary.ContainerFormats);
        RequireWord("visibility", changes.Visibility ?? image.Visibility, ImageVocabulary.Visibilities);
        RequireTags(changes.Tags ?? []);
        return image with
        {
            Name = changes.Name ?? image.Name,
            DiskFormat = changes.DiskFormat is null ? image.DiskFormat : GlanceDiskFormat(changes.DiskFormat),
            ContainerFormat = changes.ContainerFormat ?? image.ContainerFormat,
            MinDisk = changes.MinDisk ?? image.MinDisk,
            MinRam = changes.MinRam ?? image.MinRam,
            Visibility = changes.Visibility ?? image.Visibility,
            Protected = changes.Protected ?? image.Protected,
            Tags = changes.Tags?.Distinct(StringComparer.Ordinal).ToArray() ?? image.Tags,
            Properties = ApplyProperties(changes, image.Properties),
            UpdatedAt = now,
        };
    }

    /// <summary>Refuses names that no free property can have, where another service keeps the other rules.</summary>
    /// <exception cref="InvalidImagePropertyException">One is reserved, or a property of its own.</exception>
    public static void RequireFreeNames(IReadOnlyDictionary<string, string> properties)
    {
        foreach ((string name, string value) in properties)
        {
            RequireFreeName(name, value);
        }
    }

    /// <summary>Refuses what an image's present state does not allow.</summary>
    /// <exception cref="InvalidImagePropertyException">A property that is to go is not there.</exception>
    /// <exception cref="ImageStatusConflictException">A format shall change, and the image is not queued.</exception>
    public static void RequireChangeable(ImageChanges changes, ServiceImage image)
    {
        RequireQueuedForFormat(changes, image);
        ApplyProperties(changes, image.Properties);
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

    private static void RequireQueuedForFormat(ImageChanges changes, ServiceImage image)
    {
        if (changes.ChangesFormat && !string.Equals(image.Status, ImageVocabulary.Queued, StringComparison.Ordinal))
        {
            throw new ImageStatusConflictException(image.ImageId, image.Status, ImageVocabulary.Queued);
        }
    }

    private static Dictionary<string, string> ApplyProperties(ImageChanges changes, IReadOnlyDictionary<string, string> properties)
    {
        RequireProperties(changes.Properties);
        var result = new Dictionary<string, string>(properties, StringComparer.Ordinal);
        foreach (string name in changes.RemoveProperties.Distinct(StringComparer.Ordinal))
        {
            RequireFreeName(name, string.Empty);
            if (changes.Properties.ContainsKey(name))
            {
                throw new InvalidImagePropertyException(name, changes.Properties[name], "it cannot be set and removed at once.");
            }

            if (!result.Remove(name))
            {
                throw new InvalidImagePropertyException(name, string.Empty, "the image has no such property that could be removed.");
            }
        }

        foreach ((string name, string value) in changes.Properties)
        {
            result[name] = value;
        }

        RequireQuota("properties", result.Count);
        return result;
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
            RequireFreeName(name, value);
            RequireText("properties", name, LongestName);
            RequireText(name, value, LongestValue);
        }
    }

    private static void RequireFreeName(string name, string value)
    {
        if (name.Length == 0 || name.StartsWith(ImageVocabulary.ReservedPrefix, StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidImagePropertyException(name, value, "names that begin with os_glance are reserved for the image service.");
        }

        if (ImageVocabulary.BaseProperties.Contains(name))
        {
            throw new InvalidImagePropertyException(name, value, "it is a property of its own and cannot be a free one too.");
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
