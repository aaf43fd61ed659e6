namespace ImageUtils.Services.Identity;

/// <summary>Gives the token that goes with requests; one source serves every service of a connection (images, keys).</summary>
internal interface ITokenSource
{
    /// <summary>The token to use now.</summary>
    /// <param name="cancellationToken">Ends the wait for a new one.</param>
    /// <returns>The token; null: requests go without one.</returns>
    /// <exception cref="Errors.NotAuthorizedException">The identity service gives none.</exception>
    ValueTask<IdentityToken?> GetAsync(CancellationToken cancellationToken);

    /// <summary>Gets another token for one that a service refused.</summary>
    /// <param name="refused">The one it refused.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Another one; null: there is no other.</returns>
    ValueTask<IdentityToken?> RenewAsync(IdentityToken? refused, CancellationToken cancellationToken);
}
