namespace ImageUtils.Services.Identity;

/// <summary>One address of a service in the catalogue.</summary>
/// <param name="ServiceType">The type of service, for example <c>image</c>.</param>
/// <param name="Interface">public, internal or admin.</param>
/// <param name="Region">The region; null: none.</param>
/// <param name="Address">The address as the catalogue has it.</param>
internal sealed record CatalogEndpoint(string ServiceType, string Interface, string? Region, string Address);
