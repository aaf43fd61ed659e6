namespace ImageUtils.IntegrationTests.Services;

/// <summary>What tests/Services/openstack.sh says of the services it started.</summary>
public sealed record OpenStackState(
    string Identity,
    string Image,
    string OpenImage,
    string Keys,
    IReadOnlyDictionary<string, OpenStackAccount> Accounts,
    OpenStackCredential ApplicationCredential);
