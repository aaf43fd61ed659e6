namespace ImageUtils.Configuration;

/// <summary>A name of an option in a configuration file of OpenStack.</summary>
/// <param name="Group">The section; <see cref="DefaultGroup"/> for most.</param>
/// <param name="Name">The name in it.</param>
public readonly record struct CinderKey(string Group, string Name)
{
    /// <summary>The section of everything that has no other.</summary>
    public const string DefaultGroup = "DEFAULT";

    /// <summary>What cinder's backends have in common; a backend's own section comes first.</summary>
    public const string BackendGroup = "backend_defaults";
}
