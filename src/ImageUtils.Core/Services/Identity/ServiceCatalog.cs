using ImageUtils.Errors;
using ImageUtils.Services.Http;

namespace ImageUtils.Services.Identity;

/// <summary>The catalogue that comes with a token: which services there are, and where.</summary>
internal sealed class ServiceCatalog
{
    private readonly IReadOnlyList<CatalogEndpoint> _endpoints;

    public ServiceCatalog(IReadOnlyList<CatalogEndpoint> endpoints) => _endpoints = endpoints;

    public static ServiceCatalog Empty { get; } = new([]);

    /// <summary>Finds a service. Several addresses of one region are several servers.</summary>
    /// <param name="serviceType">The type of service.</param>
    /// <param name="wantedInterface">public, internal or admin.</param>
    /// <param name="region">The region; null: the first that has it.</param>
    /// <exception cref="EndpointNotFoundException">There is none; the text names what there is.</exception>
    public IReadOnlyList<Uri> Find(string serviceType, string wantedInterface, string? region)
    {
        if (_endpoints.Count == 0)
        {
            throw new EndpointNotFoundException(serviceType, "the identity service sent no catalogue with the token.")
            {
                RecommendedAction = "Name the service's address yourself, with -Endpoint.",
            };
        }

        CatalogEndpoint[] ofType = _endpoints.Where(endpoint => Same(endpoint.ServiceType, serviceType)).ToArray();
        Require(ofType, serviceType, $"it knows {List(_endpoints.Select(endpoint => endpoint.ServiceType))}.");
        CatalogEndpoint[] ofInterface = ofType.Where(endpoint => Same(endpoint.Interface, wantedInterface)).ToArray();
        Require(ofInterface, serviceType, $"interface '{wantedInterface}' is not among {List(ofType.Select(endpoint => endpoint.Interface))}.");
        string? chosen = region ?? ofInterface[0].Region;
        CatalogEndpoint[] ofRegion = ofInterface.Where(endpoint => string.Equals(endpoint.Region, chosen, StringComparison.Ordinal)).ToArray();
        Require(ofRegion, serviceType, $"region '{chosen}' is not among {List(ofInterface.Select(endpoint => endpoint.Region ?? "(none)"))}.");
        return ofRegion.Select(endpoint => ServiceAddress.Parse(endpoint.Address, $"the {serviceType} service in the catalogue")).Distinct().ToArray();
    }

    private static void Require(CatalogEndpoint[] found, string serviceType, string otherwise)
    {
        if (found.Length == 0)
        {
            throw new EndpointNotFoundException(serviceType, otherwise);
        }
    }

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static string List(IEnumerable<string> words) => string.Join(", ", words.Distinct(StringComparer.Ordinal).Take(20));
}
