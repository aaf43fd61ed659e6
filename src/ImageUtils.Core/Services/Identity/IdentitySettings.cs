namespace ImageUtils.Services.Identity;

/// <summary>Who the caller is, for which project, and who can say so. Ids win over names; a name without a domain is of the domain <c>default</c>.</summary>
public sealed partial record IdentitySettings
{
    /// <summary>The address of the identity service (Keystone), with or without /v3; null: there is none.</summary>
    public Uri? AuthUrl { get; init; }

    /// <summary>How the caller proves who it is.</summary>
    public AuthenticationMethod Method { get; init; }

    /// <summary>The user's name.</summary>
    public string? UserName { get; init; }

    /// <summary>The user's id.</summary>
    public string? UserId { get; init; }

    /// <summary>The name of the user's domain.</summary>
    public string? UserDomainName { get; init; }

    /// <summary>The id of the user's domain.</summary>
    public string? UserDomainId { get; init; }

    /// <summary>The password.</summary>
    public SecretText? Password { get; init; }

    /// <summary>The project's name.</summary>
    public string? ProjectName { get; init; }

    /// <summary>The project's id.</summary>
    public string? ProjectId { get; init; }

    /// <summary>The name of the project's domain.</summary>
    public string? ProjectDomainName { get; init; }

    /// <summary>The id of the project's domain.</summary>
    public string? ProjectDomainId { get; init; }

    /// <summary>The id of the application credential.</summary>
    public string? ApplicationCredentialId { get; init; }

    /// <summary>Its name, which wants its user beside it.</summary>
    public string? ApplicationCredentialName { get; init; }

    /// <summary>Its secret.</summary>
    public SecretText? ApplicationCredentialSecret { get; init; }

    /// <summary>The token.</summary>
    public SecretText? Token { get; init; }

    /// <summary>Every secret in it.</summary>
    internal IEnumerable<SecretText> Secrets => new[] { Password, ApplicationCredentialSecret, Token }.OfType<SecretText>();
}
