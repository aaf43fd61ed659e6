namespace ImageUtils.PowerShell.Completers;

/// <summary>Completes names of disk formats, with what each can do as the tooltip.</summary>
public sealed class DiskFormatCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tooltip)> Names(string parameterName)
    {
        bool mustWrite = string.Equals(parameterName, "OutputFormat", StringComparison.OrdinalIgnoreCase);
        return DiskFormat.All.Where(format => !mustWrite || format.CanWrite).Select(format => (format.Name, Describe(format)));
    }

    private static string Describe(DiskFormat format)
    {
        string[] abilities = [format.CanRead ? "read" : string.Empty, format.CanWrite ? "write" : string.Empty, format.CanCompress ? "compress" : string.Empty];
        string can = string.Join(", ", abilities.Where(ability => ability.Length > 0));
        string qemu = format.QemuName is { } name && !string.Equals(name, format.Name, StringComparison.Ordinal) ? $" (qemu: {name})" : string.Empty;
        return $"{format.Name}{qemu}: {(can.Length > 0 ? can : "recognised only")}";
    }
}
