using System.Globalization;
using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Chains;

/// <summary>A folder with the links of a chain as XenServer numbers them: 0.vhd is the newest.</summary>
internal static class VhdFolder
{
    private const string Extension = ".vhd";
    private const int MostDigits = 4;

    /// <summary>The name of a link.</summary>
    /// <param name="number">Its number.</param>
    /// <returns>The file name.</returns>
    public static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{number}{Extension}");

    /// <summary>Reads the number of a link.</summary>
    /// <param name="name">The file name.</param>
    /// <returns>The number; null: it is no such name.</returns>
    public static int? NumberOf(string name)
    {
        ReadOnlySpan<char> digits = name.EndsWith(Extension, StringComparison.Ordinal) ? name.AsSpan(0, name.Length - Extension.Length) : [];
        return digits.Length is > 0 and <= MostDigits
            && (digits.Length == 1 || digits[0] != '0')
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
    }

    /// <summary>Finds the links.</summary>
    /// <param name="folder">The full path of the folder.</param>
    /// <returns>Their paths, newest first.</returns>
    /// <exception cref="PathNotFoundException">There is no such folder.</exception>
    /// <exception cref="VhdChainBrokenException">There is no 0.vhd, a number is missing, or a link leads out of the folder.</exception>
    /// <exception cref="ImageUnreadableException">The folder cannot be listed.</exception>
    public static IReadOnlyList<string> Find(string folder)
    {
        int[] numbers = Numbers(folder);
        for (int index = 0; index < Math.Max(1, numbers.Length); index++)
        {
            if (index >= numbers.Length || numbers[index] != index)
            {
                throw Missing(Path.Combine(folder, NameOf(index)), index < numbers.Length ? numbers[^1] : null);
            }
        }

        string[] paths = [.. numbers.Select(number => Path.Combine(folder, NameOf(number)))];
        string? outside = Array.Find(paths, path => RealPath.Below(RealPath.Of(path), folder) is null);
        return outside is null ? paths : throw new VhdChainBrokenException(outside, null, "it is a link that leads out of the folder.");
    }

    /// <summary>Says that a number is missing.</summary>
    /// <param name="path">The path the missing link would have.</param>
    /// <param name="last">The highest number there is; null: none.</param>
    /// <returns>The exception.</returns>
    public static VhdChainBrokenException Missing(string path, int? last) => new(
        path,
        null,
        last is { } number ? $"it is missing, though there is {NameOf(number)}." : "it is missing: there is no link at all.");

    private static int[] Numbers(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new PathNotFoundException(folder);
        }

        try
        {
            return [.. Directory.EnumerateFiles(folder, "*" + Extension).Select(path => NumberOf(Path.GetFileName(path))).OfType<int>().Order()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageUnreadableException(folder, e.Message, e);
        }
    }
}
