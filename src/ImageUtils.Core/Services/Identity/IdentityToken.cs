namespace ImageUtils.Services.Identity;

/// <summary>A token, and what the identity service said of it. The token itself is for requests only and is never printed.</summary>
public sealed class IdentityToken
{
    private readonly string _value;

    internal IdentityToken(string value) => _value = value;

    /// <summary>The user's id; null: nobody said.</summary>
    public string? UserId { get; internal init; }

    /// <summary>The user's name.</summary>
    public string? UserName { get; internal init; }

    /// <summary>The id of the project it is for.</summary>
    public string? ProjectId { get; internal init; }

    /// <summary>The name of that project.</summary>
    public string? ProjectName { get; internal init; }

    /// <summary>When it runs out, in UTC; null: nobody said.</summary>
    public DateTime? ExpiresAt { get; internal init; }

    /// <summary>Where the services are; empty: nobody said.</summary>
    internal ServiceCatalog Catalog { get; init; } = ServiceCatalog.Empty;

    /// <summary>The moment of this machine's own clock, not of its calendar, from which on another one is better.</summary>
    internal long? StaleTimestamp { get; init; }

    /// <summary>True where it runs out soon, by the time that passed here: calendars of two machines differ.</summary>
    internal bool IsStale => StaleTimestamp is { } moment && System.Diagnostics.Stopwatch.GetTimestamp() >= moment;

    /// <summary>Says what may be said of it.</summary>
    /// <returns>User and project.</returns>
    public override string ToString() => $"token of {UserName ?? UserId ?? "somebody"} for project {ProjectName ?? ProjectId ?? "(none)"}";

    internal string Reveal() => _value;
}
