using ImageUtils.Errors;
using ImageUtils.Services.Http;

namespace ImageUtils.Services.Identity;

/// <summary>Finds a service by the catalogue of the token.</summary>
internal sealed class CatalogEndpoints(ITokenSource tokens, string serviceType, string wantedInterface, string? region, string description) : IEndpointSource
{
    public string Description => description;

    public async ValueTask<IReadOnlyList<Uri>> FindAsync(CancellationToken cancellationToken)
    {
        IdentityToken token = await tokens.GetAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new EndpointNotFoundException(serviceType, "without an identity service there is no catalogue.");
        return token.Catalog.Find(serviceType, wantedInterface, region);
    }
}
