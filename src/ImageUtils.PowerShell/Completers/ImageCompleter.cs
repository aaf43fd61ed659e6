using System.Globalization;
using System.Management.Automation;
using ImageUtils.Services;

namespace ImageUtils.PowerShell.Completers;

/// <summary>
/// Completes image ids of the connection in use, or names where the parameter is a name; name, status and size are the
/// tooltip. A word finds both.
/// </summary>
public sealed class ImageCompleter : ServiceCompleter
{
    private const int Most = 100;

    /// <inheritdoc/>
    protected override async Task<List<CompletionResult>> FindAsync(IImageService service, string parameterName, string typed, CancellationToken token)
    {
        bool byName = string.Equals(parameterName, "Name", StringComparison.OrdinalIgnoreCase);
        List<CompletionResult> found = [];
        await foreach (ServiceImage image in service.ListAsync(ImageFilter.All, token).ConfigureAwait(false))
        {
            string name = image.Name ?? string.Empty;
            bool matches = image.ImageId.StartsWith(typed, StringComparison.OrdinalIgnoreCase) || name.StartsWith(typed, StringComparison.OrdinalIgnoreCase);
            if (matches && !(byName && name.Length == 0))
            {
                // -Name takes wildcards, so those of a name are escaped.
                found.Add(Complete(byName ? WildcardPattern.Escape(name) : image.ImageId, name.Length == 0 ? image.ImageId : name, Describe(image)));
            }

            if (found.Count >= Most)
            {
                break;
            }
        }

        return found;
    }

    private static string Describe(ServiceImage image) =>
        string.Create(CultureInfo.InvariantCulture, $"{image.Name ?? "(no name)"}: {image.Status}, {image.DiskFormat}, {image.Size ?? 0} bytes");
}
