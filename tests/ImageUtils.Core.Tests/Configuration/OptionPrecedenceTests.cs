using System.Globalization;
using ImageUtils.Configuration;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;

namespace ImageUtils.Core.Tests.Configuration;

/// <summary>Each source against each other: the stronger one counts, and says so.</summary>
public sealed class OptionPrecedenceTests : IDisposable
{
    private static readonly OptionDefinition Retries = Definition(nameof(ImageUtilsOptions.RetryCount));

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    public OptionPrecedenceTests()
    {
        _variables["HOME"] = _variables["LOCALAPPDATA"] = _folder.Path;
        _variables["XDG_CONFIG_HOME"] = _variables["APPDATA"] = _folder.File("settings");
    }

    public static TheoryData<string[]> Pairs
    {
        get
        {
            string[] strongestFirst = ["session", "environment", "user", "sessionImport", "userImport", "default"];
            var pairs = new TheoryData<string[]>();
            foreach ((int index, string strong) in strongestFirst.Index())
            {
                foreach (string weak in strongestFirst.Skip(index + 1))
                {
                    pairs.Add([strong, weak]);
                }
            }

            pairs.Add(strongestFirst);
            return pairs;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Pairs))]
    public void The_stronger_source_counts(string[] sources)
    {
        LoadedOptions loaded = Load(sources);
        (int value, OptionSource source) = Expected(sources[0]);
        Assert.Equal(value, loaded.Options.RetryCount);
        Assert.Equal(source, loaded.Sources[Retries.Name]);
        ImageUtilsOption shown = loaded.Show(Retries);
        Assert.Equal(value, shown.Value);
        Assert.Equal(source, shown.Source);
        Assert.Equal("glance_num_retries", shown.CinderName);
    }

    [Fact]
    public void Options_of_different_sources_stand_side_by_side()
    {
        _variables["IMAGEUTILS_BACKEND_NAME"] = "@env";
        OptionSet session = OptionSet.Empty.With(Definition(nameof(ImageUtilsOptions.ConversionDisabled)), true);
        OptionSet imported = OptionSet.Empty.With(Definition(nameof(ImageUtilsOptions.CgroupName)), "from-cinder");
        UserOptionsFile.Find(Variable).Update(OptionSet.Empty.With(Retries, 8), [], imported: null, TestContext.Current.CancellationToken);

        LoadedOptions loaded = OptionsLoader.LoadWithSources(Variable, session, imported);

        Assert.Equal("@env", loaded.Options.BackendName);
        Assert.True(loaded.Options.ConversionDisabled);
        Assert.Equal("from-cinder", loaded.Options.CgroupName);
        Assert.Equal(8, loaded.Options.RetryCount);
        Assert.Equal(OptionSource.Default, loaded.Sources[nameof(ImageUtilsOptions.VmdkAllowedTypes)]);
    }

    [Fact]
    public void A_broken_variable_does_not_matter_where_the_session_has_a_value()
    {
        _variables[Retries.Variable] = "many";
        Assert.Throws<InvalidOptionException>(() => OptionsLoader.Load(Variable));
        Assert.Equal(2, OptionsLoader.LoadWithSources(Variable, OptionSet.Empty.With(Retries, 2), OptionSet.Empty).Options.RetryCount);
    }

    [Fact]
    public void A_value_of_the_session_is_checked_when_it_is_set()
    {
        Assert.Throws<InvalidOptionException>(() => OptionSet.Empty.With(Retries, -1));
        Assert.Throws<InvalidOptionException>(() => OptionSet.Empty.With(Retries, "3"));
        Assert.Throws<InvalidOptionException>(() => OptionSet.Empty.With(Definition(nameof(ImageUtilsOptions.ConversionFormat)), "docx"));
        Assert.Throws<InvalidOptionException>(() => OptionSet.Empty.With(Definition(nameof(ImageUtilsOptions.RootHelper)), Array.Empty<string>()));
        Assert.Equal(0, OptionSet.Empty.With(Retries, 5).Without(Retries).Count);
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    public void Values_mean_the_same_in_every_culture(string culture)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            _variables["IMAGEUTILS_CONVERSION_ADDRESS_SPACE_LIMIT"] = "1.5gib";
            _variables["IMAGEUTILS_CONVERSION_DISABLED"] = "DISABLED";
            _variables["IMAGEUTILS_VERIFY_SIGNATURES"] = "DISABLED";
            _variables["IMAGEUTILS_CONVERSION_FORMAT"] = "VDI";
            LoadedOptions loaded = OptionsLoader.LoadWithSources(Variable);
            Assert.Equal(3L << 29, loaded.Options.ConversionAddressSpaceLimit);
            Assert.False(loaded.Options.VerifySignatures);
            Assert.Equal("vdi", loaded.Options.ConversionFormat);
            Assert.Equal("1.5 GiB", loaded.Show(Definition(nameof(ImageUtilsOptions.ConversionAddressSpaceLimit))).FormatValue());
            Assert.Equal("IMAGEUTILS_CONVERSION_CPU_LIMIT", Definition(nameof(ImageUtilsOptions.ConversionCpuLimit)).Variable);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static OptionDefinition Definition(string name) =>
        OptionDefinitions.TryFind(name, out OptionDefinition? definition) ? definition : throw new ArgumentException(name);

    private static (int Value, OptionSource Source) Expected(string source) => source switch
    {
        "session" => (11, OptionSource.Session),
        "environment" => (12, OptionSource.Environment),
        "user" => (13, OptionSource.UserFile),
        "sessionImport" => (14, OptionSource.CinderConf),
        "userImport" => (15, OptionSource.CinderConf),
        _ => (3, OptionSource.Default),
    };

    private LoadedOptions Load(string[] sources)
    {
        OptionSet From(string source) => sources.Contains(source, StringComparer.Ordinal) ? OptionSet.Empty.With(Retries, Expected(source).Value) : OptionSet.Empty;
        if (sources.Contains("environment", StringComparer.Ordinal))
        {
            _variables[Retries.Variable] = Expected("environment").Value.ToString(CultureInfo.InvariantCulture);
        }

        UserOptionsFile.Find(Variable).Update(From("user"), [], From("userImport"), TestContext.Current.CancellationToken);
        return OptionsLoader.LoadWithSources(Variable, From("session"), From("sessionImport"));
    }

    private string? Variable(string name) => _variables.GetValueOrDefault(name);
}
