namespace ImageUtils.Services.Http;

/// <summary>Says where a service is.</summary>
internal interface IEndpointSource
{
    /// <summary>What is known without asking anybody, for messages.</summary>
    string Description { get; }

    /// <summary>The addresses; at least one.</summary>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="Errors.EndpointNotFoundException">There is none.</exception>
    ValueTask<IReadOnlyList<Uri>> FindAsync(CancellationToken cancellationToken);
}
