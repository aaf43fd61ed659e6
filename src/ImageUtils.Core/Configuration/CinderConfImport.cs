using System.Globalization;
using ImageUtils.Errors;
using ImageUtils.Operations;

namespace ImageUtils.Configuration;

/// <summary>Takes the options that are known here out of a cinder.conf, or out of Glance's configuration file.</summary>
public static class CinderConfImport
{
    /// <summary>cinder's first way to become root, long gone from it.</summary>
    internal const string RootHelperKey = "root_helper";

    /// <summary>cinder's way to become root: the configuration file of cinder-rootwrap.</summary>
    internal const string RootwrapKey = "rootwrap_config";

    private const int MostNamed = 40;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="log">Is told what was ignored, by name only.</param>
    /// <returns>The options that the file sets.</returns>
    /// <exception cref="PathNotFoundException">It is not there.</exception>
    /// <exception cref="InvalidOptionFileException">It is malformed or too long; the line is named.</exception>
    /// <exception cref="InvalidOptionException">A value cannot be used; file and line are named.</exception>
    public static OptionSet Read(string path, IOperationLog log) => Read(CinderConfFile.Read(path), log);

    /// <summary>Takes the options out of a file that was read.</summary>
    /// <param name="file">The file.</param>
    /// <param name="log">Is told what was ignored, by name only.</param>
    /// <returns>The options that the file sets.</returns>
    internal static OptionSet Read(CinderConfFile file, IOperationLog log)
    {
        var text = new CinderConfText(file);
        string? backend = OnlyBackend(file, text, log);
        var used = new HashSet<CinderConfEntry>();
        OptionSet options = OptionSet.Empty;
        foreach (OptionDefinition definition in OptionDefinitions.All)
        {
            if (Find(file, definition, backend) is { } entry)
            {
                used.Add(entry);
                if (Value(file, text, definition, entry) is { } value)
                {
                    options = options.WithChecked(definition, value);
                }
            }
        }

        used.UnionWith(text.Used);
        Report(file, used, log);
        return options;
    }

    // A value of a backend's own section counts where there is one backend; which of several is meant nobody can know.
    private static string? OnlyBackend(CinderConfFile file, CinderConfText text, IOperationLog log)
    {
        if (file.Find(new CinderKey(CinderKey.DefaultGroup, "enabled_backends")) is not { } entry)
        {
            return null;
        }

        string[] backends = text.Expand(entry).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (backends.Length > 1)
        {
            log.Verbose($"{file.FilePath}: there are several backends; values of their own sections are not taken.");
        }

        return backends.Length == 1 ? backends[0] : null;
    }

    private static CinderConfEntry? Find(CinderConfFile file, OptionDefinition definition, string? backend)
    {
        if (string.Equals(definition.Name, nameof(ImageUtilsOptions.RootHelper), StringComparison.Ordinal))
        {
            return FindRootHelper(file);
        }

        IEnumerable<CinderKey> keys = definition.CinderKeys;
        if (definition.IsBackendOption && definition.CinderName is { } name)
        {
            CinderKey[] shared = [new(CinderKey.BackendGroup, name), .. keys];
            keys = backend is null ? shared : [new(backend, name), .. shared];
        }

        return keys.Select(file.Find).FirstOrDefault(entry => entry is not null);
    }

    // As cinder did while it knew both: rootwrap, unless somebody put another helper than plain sudo in its place.
    private static CinderConfEntry? FindRootHelper(CinderConfFile file)
    {
        CinderConfEntry? helper = file.Find(new CinderKey(CinderKey.DefaultGroup, RootHelperKey));
        CinderConfEntry? rootwrap = file.Find(new CinderKey(CinderKey.DefaultGroup, RootwrapKey));
        bool isOwnHelper = helper is { Value.Length: > 0 } && !string.Equals(helper.Value, "sudo", StringComparison.Ordinal);
        return isOwnHelper ? helper : rootwrap ?? helper;
    }

    private static object? Value(CinderConfFile file, CinderConfText text, OptionDefinition definition, CinderConfEntry entry)
    {
        string value = text.Expand(entry);
        if (value.Length == 0 && definition.Kind is not OptionKind.List)
        {
            // oslo.config gives an empty text here, which cinder takes for "not set".
            return null;
        }

        try
        {
            return definition.Kind switch
            {
                OptionKind.Words when string.Equals(entry.Name, RootwrapKey, StringComparison.Ordinal) => Rootwrap(file, value),
                OptionKind.Folder when !Path.IsPathFullyQualified(value) => throw new InvalidOptionException(entry.Name, value, "it is not a full path."),
                OptionKind.Size when definition.CinderUnit > 1 => InUnits(definition, entry, value),
                _ => OptionValue.Parse(definition, value, entry.Name),
            };
        }
        catch (InvalidOptionException e)
        {
            throw new InvalidOptionException(e, file.FilePath, entry.Line);
        }
    }

    // A relative path is one beside the file; the folder in which cinder was started is not known.
    private static string[] Rootwrap(CinderConfFile file, string configuration) =>
        ["sudo", "cinder-rootwrap", Path.GetFullPath(configuration, Path.GetDirectoryName(file.FilePath) ?? Path.DirectorySeparatorChar.ToString())];

    private static object InUnits(OptionDefinition definition, CinderConfEntry entry, string text)
    {
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) || number > long.MaxValue / definition.CinderUnit)
        {
            throw new InvalidOptionException(entry.Name, text, "write a whole number; it is counted in GiB.");
        }

        return OptionValue.Check(definition, number * definition.CinderUnit, entry.Name);
    }

    private static void Report(CinderConfFile file, HashSet<CinderConfEntry> used, IOperationLog log)
    {
        string[] ignored = file.Entries.Where(entry => !used.Contains(entry)).Select(entry => $"[{entry.Group}] {entry.Name}").ToArray();
        if (ignored.Length > 0)
        {
            string more = ignored.Length > MostNamed ? string.Create(CultureInfo.InvariantCulture, $" and {ignored.Length - MostNamed} more") : string.Empty;
            log.Verbose($"{file.FilePath}: ignored {string.Join(", ", ignored.Take(MostNamed))}{more}");
        }
    }
}
