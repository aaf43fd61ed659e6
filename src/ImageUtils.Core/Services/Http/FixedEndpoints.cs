namespace ImageUtils.Services.Http;

/// <summary>Addresses that the user gave.</summary>
internal sealed class FixedEndpoints(IReadOnlyList<Uri> endpoints) : IEndpointSource
{
    public string Description => string.Join(", ", endpoints.Select(endpoint => endpoint.OriginalString));

    public ValueTask<IReadOnlyList<Uri>> FindAsync(CancellationToken cancellationToken) => ValueTask.FromResult(endpoints);
}
