namespace ImageUtils.Services.Identity;

/// <summary>A token that the user brought, or none at all; there is never another one.</summary>
internal sealed class FixedTokenSource(IdentityToken? token) : ITokenSource
{
    public static FixedTokenSource None { get; } = new(null);

    public ValueTask<IdentityToken?> GetAsync(CancellationToken cancellationToken) => ValueTask.FromResult(token);

    public ValueTask<IdentityToken?> RenewAsync(IdentityToken? refused, CancellationToken cancellationToken) => ValueTask.FromResult<IdentityToken?>(null);
}
