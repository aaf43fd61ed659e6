using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ImageUtils.PowerShell.Completers;

/// <summary>Completes names of disk formats, with what each can do as the tooltip.</summary>
public sealed class DiskFormatCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        bool mustWrite = string.Equals(parameterName, "OutputFormat", StringComparison.OrdinalIgnoreCase);
        string typed = (wordToComplete ?? string.Empty).Trim('\'', '"');
        return DiskFormat.All
            .Where(format => (!mustWrite || format.CanWrite) && format.Name.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .Select(format => new CompletionResult(format.Name, format.Name, CompletionResultType.ParameterValue, Describe(format)));
    }

    private static string Describe(DiskFormat format)
    {
        string[] abilities = [format.CanRead ? "read" : string.Empty, format.CanWrite ? "write" : string.Empty, format.CanCompress ? "compress" : string.Empty];
        string can = string.Join(", ", abilities.Where(ability => ability.Length > 0));
        string qemu = format.QemuName is { } name && !string.Equals(name, format.Name, StringComparison.Ordinal) ? $" (qemu: {name})" : string.Empty;
        return $"{format.Name}{qemu}: {(can.Length > 0 ? can : "recognised only")}";
    }
}
