namespace ImageUtils.Services.Identity;

/// <content>What a user gives in the end, over what a file or the variables say.</content>
public sealed partial record IdentitySettings
{
    private const int IdLength = 32;
    private const string DefaultDomain = "default";

    /// <summary>Takes a project.</summary>
    /// <param name="project">Its id or name; null: it stays.</param>
    /// <returns>The settings with it.</returns>
    public IdentitySettings WithProject(string? project) => project is null ? this : this with { ProjectId = IdOf(project), ProjectName = NameOf(project) };

    /// <summary>Takes the domains of project and user.</summary>
    /// <param name="projectDomain">The project's, by id or name; null: it stays.</param>
    /// <param name="userDomain">The user's, by id or name; null: it stays.</param>
    /// <returns>The settings with them.</returns>
    public IdentitySettings WithDomains(string? projectDomain, string? userDomain) => this with
    {
        ProjectDomainId = projectDomain is null ? ProjectDomainId : DomainIdOf(projectDomain),
        ProjectDomainName = projectDomain is null ? ProjectDomainName : DomainNameOf(projectDomain),
        UserDomainId = userDomain is null ? UserDomainId : DomainIdOf(userDomain),
        UserDomainName = userDomain is null ? UserDomainName : DomainNameOf(userDomain),
    };

    /// <summary>Takes a user with a password.</summary>
    /// <param name="userName">The user's name.</param>
    /// <param name="password">The password.</param>
    /// <returns>The settings with them.</returns>
    public IdentitySettings WithPassword(string userName, SecretText password) => this with
    {
        Method = AuthenticationMethod.Password,
        UserId = null,
        UserName = userName,
        Password = password,
    };

    /// <summary>Takes an application credential.</summary>
    /// <param name="credential">Its id, or its name where a user is given.</param>
    /// <param name="secret">Its secret.</param>
    /// <param name="userName">The user's name; null: the credential is given by its id.</param>
    /// <returns>The settings with it.</returns>
    public IdentitySettings WithApplicationCredential(string credential, SecretText secret, string? userName) => this with
    {
        Method = AuthenticationMethod.ApplicationCredential,
        ApplicationCredentialId = userName is null ? credential : null,
        ApplicationCredentialName = userName is null ? null : credential,
        ApplicationCredentialSecret = secret,
        UserId = null,
        UserName = userName,
    };

    /// <summary>Takes a token.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The settings with it.</returns>
    public IdentitySettings WithToken(SecretText token) => this with { Method = AuthenticationMethod.Token, Token = token };

    // Keystone's ids are UUIDs without dashes; everything else is a name.
    private static string? IdOf(string text) => text.Length == IdLength && text.All(char.IsAsciiHexDigitLower) ? text : null;

    private static string? NameOf(string text) => IdOf(text) is null ? text : null;

    private static string? DomainIdOf(string text) => string.Equals(text, DefaultDomain, StringComparison.Ordinal) ? text : IdOf(text);

    private static string? DomainNameOf(string text) => DomainIdOf(text) is null ? text : null;
}
