using ImageUtils.Configuration;

namespace ImageUtils.Core.Tests.Configuration;

public sealed class OptionDefinitionsTests
{
    [Fact]
    public void Each_property_of_the_options_has_one_definition() =>
        Assert.Equal(
            typeof(ImageUtilsOptions).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal),
            OptionDefinitions.All.Select(definition => definition.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Each_definition_reads_what_it_wrote()
    {
        foreach (OptionDefinition definition in OptionDefinitions.All)
        {
            object value = Sample(definition.Kind);
            ImageUtilsOptions changed = definition.With(Empty(), value);
            Assert.Equal(value, definition.Get(changed));
            Assert.All(
                OptionDefinitions.All.Where(other => other != definition),
                other => Assert.Equal(other.Get(Empty()), other.Get(changed)));
        }
    }

    [Fact]
    public void No_name_of_cinder_is_used_twice()
    {
        CinderKey[] keys = OptionDefinitions.All.SelectMany(definition => definition.CinderKeys).ToArray();
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void Each_description_is_one_sentence() =>
        Assert.All(OptionDefinitions.All, definition => Assert.Matches(@"\A[A-Z'][^.]*\.\z", definition.Description.Replace("cinder.conf", "it", StringComparison.Ordinal)));

    [Fact]
    public void Names_are_found_in_any_case()
    {
        Assert.True(OptionDefinitions.TryFind("vmdkallowedTYPES", out OptionDefinition? definition));
        Assert.Equal("vmdk_allowed_types", definition.CinderName);
        Assert.Equal("IMAGEUTILS_VMDK_ALLOWED_TYPES", definition.Variable);
        Assert.False(OptionDefinitions.TryFind("Nothing", out _));
        Assert.False(OptionDefinitions.TryFind(null, out _));
    }

    private static ImageUtilsOptions Empty() => new() { ImageConversionDirectory = "/c", LocalImageDirectory = "/i" };

    private static object Sample(OptionKind kind) => kind switch
    {
        OptionKind.Switch => true,
        OptionKind.Seconds or OptionKind.Count => 17,
        OptionKind.Size => 3L << 30,
        OptionKind.List or OptionKind.Words or OptionKind.FolderList => (string[])["one", "two"],
        _ => "text",
    };
}
