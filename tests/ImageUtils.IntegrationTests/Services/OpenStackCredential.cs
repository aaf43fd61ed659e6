namespace ImageUtils.IntegrationTests.Services;

/// <summary>An application credential of the user demo.</summary>
public sealed record OpenStackCredential(string Id, string Name, string Secret);
