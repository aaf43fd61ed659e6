using System.Management.Automation;
using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.PowerShell;

/// <summary>
/// Gathers what a cmdlet is to write until the pipeline has given everything, so that two inputs for one file are
/// found before any work is done.
/// </summary>
internal sealed class DestinationQueue
{
    private readonly List<Entry> _entries = [];

    /// <summary>Adds one piece of work.</summary>
    /// <param name="target">The input, for errors and for -WhatIf.</param>
    /// <param name="destination">The destination as given, as a full path; a folder that it names is made before the work.</param>
    /// <param name="path">The full path that will be written.</param>
    /// <param name="work">The work.</param>
    public void Add(object target, string destination, string path, Func<CancellationToken, Task> work) =>
        _entries.Add(new Entry(target, path, token => DestinationPath.InFolderAsync(destination, () => work(token))));

    /// <summary>Does all the work, one piece after another.</summary>
    /// <param name="action">What -WhatIf calls it, for example <c>Convert to qcow2</c>.</param>
    /// <param name="cmdlet">Asks the user.</param>
    /// <param name="run">Runs one piece.</param>
    /// <param name="confirm">Asks once more about a destination for which that is due; null: there is none.</param>
    /// <exception cref="DestinationNotFolderException">Two pieces have the same destination; nothing was done.</exception>
    public void Run(string action, PSCmdlet cmdlet, Action<object, Func<CancellationToken, Task>> run, Func<string, bool>? confirm = null)
    {
        StringComparer comparer = OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        HashSet<string> seen = new(comparer);
        Entry? second = _entries.Find(entry => !seen.Add(FinalPath(entry.Destination)));
        if (second is not null)
        {
            throw new DestinationNotFolderException(second.Destination);
        }

        foreach (Entry entry in _entries)
        {
            if (cmdlet.ShouldProcess($"{entry.Target} -> {entry.Destination}", action) && confirm?.Invoke(entry.Destination) != false)
            {
                run(entry.Target, entry.Work);
            }
        }
    }

    // The folder may be reached through a link; the name in it is what will be written.
    private static string FinalPath(string destination)
    {
        string folder = Path.GetDirectoryName(destination) ?? string.Empty;
        return FileIdentity.Of(folder) is { Inode: not 0 } identity
            ? $"{identity.Device}:{identity.Inode}/{Path.GetFileName(destination)}"
            : destination;
    }

    private sealed record Entry(object Target, string Destination, Func<CancellationToken, Task> Work);
}
