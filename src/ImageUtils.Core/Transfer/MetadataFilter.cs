using System.Collections;
using ImageUtils.Configuration;
using ImageUtils.Operations;

namespace ImageUtils.Transfer;

/// <summary>
/// Keeps back metadata that only the image service may set (cinder's filter_out_reserved_namespaces_metadata). Names are
/// compared by their beginning.
/// </summary>
public sealed class MetadataFilter
{
    private const string NestedName = "properties";

    private readonly IOperationLog _log;

    /// <summary>Makes the filter.</summary>
    /// <param name="configured">Beginnings besides the built-in ones (<see cref="ImageUtilsOptions.ReservedImageNamespaces"/>); empty ones do not count.</param>
    /// <param name="log">Hears what was filtered; null: nobody.</param>
    public MetadataFilter(IEnumerable<string>? configured = null, IOperationLog? log = null)
    {
        _log = log ?? SilentLog.Instance;
        Prefixes = BuiltIn.Concat(configured ?? []).Where(prefix => prefix.Length > 0).Distinct(StringComparer.Ordinal).ToArray();
    }

    /// <summary>The beginnings that are always kept back.</summary>
    public static IReadOnlyList<string> BuiltIn { get; } = ["os_glance", "img_signature", "signature_verified"];

    /// <summary>Every beginning that is kept back, the built-in ones first.</summary>
    public IReadOnlyList<string> Prefixes { get; }

    /// <summary>Filters the free properties of an image.</summary>
    /// <param name="properties">The properties; null counts as none. Not changed.</param>
    /// <returns>A new dictionary with those that may be sent.</returns>
    public IReadOnlyDictionary<string, string> Filter(IReadOnlyDictionary<string, string>? properties)
    {
        var kept = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in properties ?? kept)
        {
            if (!IsReserved(name))
            {
                kept[name] = value;
            }
        }

        Tell(properties?.Keys ?? [], kept.Keys);
        return kept;
    }

    /// <summary>Filters metadata; a dictionary called <c>properties</c> inside is filtered in the same way.</summary>
    /// <param name="metadata">Texts and values by name; null counts as none. Not changed.</param>
    /// <returns>A new dictionary, also inside.</returns>
    public IReadOnlyDictionary<string, object?> Filter(IDictionary? metadata)
    {
        Dictionary<string, object?> kept = Keep(metadata);
        if (kept.TryGetValue(NestedName, out object? nested) && nested is IDictionary inner)
        {
            kept[NestedName] = Keep(inner);
        }

        Tell(Names(metadata), kept.Keys);
        return kept;
    }

    private static IEnumerable<string> Names(IDictionary? metadata) =>
        metadata?.Keys.Cast<object>().Select(key => key.ToString() ?? string.Empty) ?? [];

    private Dictionary<string, object?> Keep(IDictionary? metadata)
    {
        var kept = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (metadata is not null)
        {
            foreach (DictionaryEntry entry in metadata)
            {
                string name = entry.Key.ToString() ?? string.Empty;
                if (!IsReserved(name))
                {
                    kept[name] = entry.Value;
                }
            }
        }

        return kept;
    }

    private bool IsReserved(string name) => Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    private void Tell(IEnumerable<string> given, IEnumerable<string> kept)
    {
        string names = string.Join(", ", given);
        _log.Verbose(names.Length == 0
            ? "No metadata to be filtered."
            : $"Metadata {names} filtered by {string.Join(", ", Prefixes)}; kept: {string.Join(", ", kept)}.");
    }
}
