namespace ImageUtils.Services.Identity;

/// <summary>How a caller proves who it is.</summary>
public enum AuthenticationMethod
{
    /// <summary>Not at all: the service asks nobody.</summary>
    None,

    /// <summary>User and password (Keystone v3 password).</summary>
    Password,

    /// <summary>An application credential, which is for one project.</summary>
    ApplicationCredential,

    /// <summary>A token that somebody else got; it cannot be renewed.</summary>
    Token,
}
