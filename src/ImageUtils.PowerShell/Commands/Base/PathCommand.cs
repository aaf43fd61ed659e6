using System.Management.Automation;
using ImageUtils.Errors;
using ImageUtils.PowerShell.Completers;

namespace ImageUtils.PowerShell.Commands.Base;

/// <summary>A cmdlet over files: -Path with wildcards, -LiteralPath without, both following the session's location.</summary>
public abstract class PathCommand : OperationCommand
{
    /// <summary>The parameter set of -Path.</summary>
    protected const string PathSet = "Path";

    /// <summary>The parameter set of -LiteralPath.</summary>
    protected const string LiteralPathSet = "LiteralPath";

    /// <summary>Paths; wildcards are expanded.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [PathText]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Paths that are taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>True where a path was given that leads nowhere, which its error has said.</summary>
    protected bool IsAnyMissing { get; private set; }

    /// <inheritdoc/>
    protected override object? Input => Given is [string one] ? one : Given;

    private string[] Given => string.Equals(ParameterSetName, PathSet, StringComparison.Ordinal) ? Path : LiteralPath;

    /// <summary>The files of this pipeline record; each missing one is one non-terminating error.</summary>
    /// <returns>Full paths of the file system, as they come.</returns>
    protected IEnumerable<string> ResolvePaths() =>
        string.Equals(ParameterSetName, PathSet, StringComparison.Ordinal) ? Path.SelectMany(Expand) : LiteralPath.SelectMany(Literal);

    /// <summary>The full path of a file that need not exist, from the session's location.</summary>
    /// <param name="path">The path as given.</param>
    /// <returns>The full path, a trailing separator kept.</returns>
    protected string Unresolved(string path) => FileSystemPath.Unresolved(SessionState, path);

    private IEnumerable<string> Expand(string path)
    {
        IEnumerable<string> found;
        ProviderInfo provider;
        try
        {
            found = GetResolvedProviderPathFromPSPath(path, out provider);
        }
        catch (Exception e) when (e is ItemNotFoundException)
        {
            Miss(new PathNotFoundException(path, e), path);
            yield break;
        }
        catch (Exception e) when (e is SessionStateException or ProviderInvocationException)
        {
            Miss(e, path);
            yield break;
        }

        if (!FileSystemPath.IsFileSystem(provider))
        {
            Miss(new NotFileSystemPathException(path, provider.Name), path);
            yield break;
        }

        foreach (string one in found)
        {
            yield return one;
        }
    }

    private IEnumerable<string> Literal(string path)
    {
        string full;
        try
        {
            full = Unresolved(path);
        }
        catch (Exception e) when (e is SessionStateException or ProviderInvocationException or ArgumentException)
        {
            Miss(e, path);
            yield break;
        }

        // The core says whether it is there: it looks at the very file it opens.
        yield return full;
    }

    private void Miss(Exception exception, string path)
    {
        IsAnyMissing = true;
        WriteError(ErrorRecords.From(exception, path));
    }
}
