namespace ImageUtils.Configuration;

/// <summary>Puts the options together: what the environment says, else the defaults.</summary>
public static class OptionsLoader
{
    /// <summary>What stands in front of every environment variable.</summary>
    public const string VariablePrefix = "IMAGEUTILS_";

    /// <summary>Loads the options.</summary>
    /// <param name="environment">Reads an environment variable; null: not set. <see cref="Environment.GetEnvironmentVariable(string)"/> fits.</param>
    /// <returns>The options.</returns>
    /// <exception cref="Errors.InvalidOptionException">A variable has a value that cannot be used; it is named.</exception>
    public static ImageUtilsOptions Load(Func<string, string?> environment) => LoadWithSources(environment).Options;

    /// <summary>Loads the options and says where each came from.</summary>
    /// <param name="environment">Reads an environment variable; null: not set.</param>
    /// <returns>The options with their sources.</returns>
    /// <exception cref="Errors.InvalidOptionException">A variable has a value that cannot be used; it is named.</exception>
    public static LoadedOptions LoadWithSources(Func<string, string?> environment)
    {
        var read = new EnvironmentReader(environment);
        string? conversion = read.Folder(nameof(ImageUtilsOptions.ImageConversionDirectory));
        string? images = read.Folder(nameof(ImageUtilsOptions.LocalImageDirectory));
        var defaults = new ImageUtilsOptions
        {
            ImageConversionDirectory = conversion ?? Path.Combine(DefaultFolders.UserData(environment), "conversion"),
            LocalImageDirectory = images ?? Path.Combine(DefaultFolders.UserData(environment), "images"),
        };
        ImageUtilsOptions options = defaults with
        {
            BackendName = read.FileNameSuffix(nameof(ImageUtilsOptions.BackendName)),
            CompressOnUpload = read.Switch(nameof(ImageUtilsOptions.CompressOnUpload)) ?? defaults.CompressOnUpload,
            ConversionCpuLimit = read.Seconds(nameof(ImageUtilsOptions.ConversionCpuLimit)) ?? defaults.ConversionCpuLimit,
            ConversionAddressSpaceLimit = read.Size(nameof(ImageUtilsOptions.ConversionAddressSpaceLimit)) ?? defaults.ConversionAddressSpaceLimit,
            ConversionDisabled = read.Switch(nameof(ImageUtilsOptions.ConversionDisabled)) ?? defaults.ConversionDisabled,
            VmdkAllowedTypes = read.List(nameof(ImageUtilsOptions.VmdkAllowedTypes)) ?? defaults.VmdkAllowedTypes,
            RootHelper = read.Words(nameof(ImageUtilsOptions.RootHelper)) ?? defaults.RootHelper,
            QemuImgPath = read.Text(nameof(ImageUtilsOptions.QemuImgPath)),
            AllowCompressionOnUpload = read.Switch(nameof(ImageUtilsOptions.AllowCompressionOnUpload)) ?? defaults.AllowCompressionOnUpload,
            ReservedImageNamespaces = read.List(nameof(ImageUtilsOptions.ReservedImageNamespaces)) ?? defaults.ReservedImageNamespaces,
        };
        return new LoadedOptions(options, read.Sources);
    }

    /// <summary>The environment variable of an option.</summary>
    /// <param name="optionName">The option's name, for example <c>CompressOnUpload</c>.</param>
    /// <returns>The variable's name, for example <c>IMAGEUTILS_COMPRESS_ON_UPLOAD</c>.</returns>
    public static string VariableOf(string optionName)
    {
        var name = new System.Text.StringBuilder(VariablePrefix);
        for (int i = 0; i < optionName.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(optionName[i]))
            {
                name.Append('_');
            }

            name.Append(char.ToUpperInvariant(optionName[i]));
        }

        return name.ToString();
    }
}
