namespace ImageUtils.Services.Identity;

/// <summary>Whom a service takes the caller for.</summary>
public sealed record ServiceAccount
{
    /// <summary>The user's id; null: not known.</summary>
    public string? UserId { get; init; }

    /// <summary>The user's name; null: not known.</summary>
    public string? UserName { get; init; }

    /// <summary>The project's id; null: not known.</summary>
    public string? ProjectId { get; init; }

    /// <summary>The project's name; null: not known.</summary>
    public string? ProjectName { get; init; }

    /// <summary>The region that was asked for; null: none.</summary>
    public string? Region { get; init; }

    /// <summary>When the token runs out, in UTC; null: not known.</summary>
    public DateTime? ExpiresAt { get; init; }
}
