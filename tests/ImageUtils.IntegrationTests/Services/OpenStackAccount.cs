namespace ImageUtils.IntegrationTests.Services;

/// <summary>A user with its project.</summary>
public sealed record OpenStackAccount(string User, string UserId, string Password, string Project, string ProjectId);
