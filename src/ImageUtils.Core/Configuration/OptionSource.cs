namespace ImageUtils.Configuration;

/// <summary>Where the value of an option came from, the weakest first.</summary>
public enum OptionSource
{
    /// <summary>Nobody set it.</summary>
    Default,

    /// <summary>An import of a cinder.conf.</summary>
    CinderConf,

    /// <summary>The user's options file.</summary>
    UserFile,

    /// <summary>An environment variable.</summary>
    Environment,

    /// <summary>Set in this session.</summary>
    Session,

    /// <summary>A parameter of the call itself.</summary>
    Parameter,
}
