using ImageUtils.Operations;
using ImageUtils.Safety;

namespace ImageUtils.Privilege;

/// <summary>Inspects a file that perhaps only root may read.</summary>
public static class PrivilegedInspection
{
    /// <summary>Inspects a file; through the root helper only where it may be used, and the user may not read the file.</summary>
    /// <param name="context">The ports.</param>
    /// <param name="path">The full path.</param>
    /// <param name="request">The question.</param>
    /// <param name="runAsRoot">Whether the root helper may be used.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="Errors.PathNotFoundException">There is no such file.</exception>
    /// <exception cref="Errors.ImageUnreadableException">It cannot be read.</exception>
    /// <exception cref="Errors.RootHelperUnavailableException">Root is needed, and the root helper cannot be used.</exception>
    public static ImageInspection Inspect(OperationContext context, string path, InspectionRequest request, bool runAsRoot, CancellationToken cancellationToken)
    {
        using RootImageReader? reader = RootImageReader.OpenWhereNeeded(context, path, runAsRoot);
        return reader is null ? context.Inspector.Inspect(path, request, cancellationToken) : context.Inspector.Inspect(reader, request, cancellationToken);
    }
}
