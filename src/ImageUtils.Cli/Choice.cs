using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ImageUtils.Configuration;
using ImageUtils.Errors;

namespace ImageUtils.Cli;

/// <summary>Options whose words are the members of an enumeration or the names of formats, spelled as users spell them.</summary>
internal static class Choice
{
    /// <summary>An option with the words of an enumeration in kebab case (<c>qemu-img</c>).</summary>
    /// <typeparam name="T">The enumeration.</typeparam>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it is for.</param>
    /// <returns>The option.</returns>
    public static Option<T> Of<T>(string name, string description)
        where T : struct, Enum
    {
        Dictionary<string, T> words = Enum.GetValues<T>().ToDictionary(value => Kebab(value.ToString()), StringComparer.OrdinalIgnoreCase);
        Option<T> option = new(name)
        {
            Description = $"{description} ({string.Join(", ", words.Keys)})",
            HelpName = string.Join('|', words.Keys),
            CustomParser = result => Parse(result, words),
        };
        option.CompletionSources.Add([.. words.Keys]);
        return option;
    }

    /// <summary>An option that takes a disk format by any of its names.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="allowMachineImage">True: <c>ami</c> is fine too.</param>
    /// <returns>The option; its value is the word as given.</returns>
    public static Option<string?> Format(string name, string description, bool allowMachineImage = false)
    {
        Option<string?> option = new(name) { Description = description, HelpName = "FORMAT" };
        option.Validators.Add(result =>
        {
            string? word = result.Tokens.Count == 1 ? result.Tokens[0].Value : null;
            bool isMachineImage = allowMachineImage && string.Equals(word, "ami", StringComparison.OrdinalIgnoreCase);
            if (word is not null && !isMachineImage && !DiskFormat.TryParse(word, out _))
            {
                result.AddError($"'{word}' is not a disk format; see 'imageutils formats'.");
            }
        });
        option.CompletionSources.Add([.. DiskFormat.All.Select(format => format.Name)]);
        return option;
    }

    /// <summary>An option that takes whole GiB.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it is for.</param>
    /// <returns>The option; its value is in bytes.</returns>
    public static Option<long?> Gibibytes(string name, string description) => Number(
        name,
        description,
        "N",
        text => VolumeSize.FromGiB(long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long size)
            ? size
            : throw new InvalidSizeException(text, "give the number of GiB, without a unit.")));

    /// <summary>An option that takes a size as a text, such as 10G.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it is for.</param>
    /// <returns>The option; its value is in bytes.</returns>
    public static Option<long?> Size(string name, string description) => Number(name, description, "SIZE", text => SizeText.Parse(text));

    private static Option<long?> Number(string name, string description, string helpName, Func<string, long> parse) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result =>
        {
            try
            {
                return parse(result.Tokens[0].Value);
            }
            catch (InvalidSizeException e)
            {
                result.AddError($"{name}: {e.Message}");
                return null;
            }
        },
    };

    private static T Parse<T>(ArgumentResult result, Dictionary<string, T> words)
        where T : struct, Enum
    {
        string word = result.Tokens[0].Value;
        if (words.TryGetValue(word, out T value))
        {
            return value;
        }

        result.AddError($"'{word}' is not one of {string.Join(", ", words.Keys)}.");
        return default;
    }

    private static string Kebab(string name) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(name);
}
