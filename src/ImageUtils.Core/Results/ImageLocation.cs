namespace ImageUtils;

/// <summary>A place in which the data of an image are, as the service names it.</summary>
/// <param name="Address">The address, for example <c>file:///…</c> or <c>rbd://…</c>; user and password in it are left out.</param>
/// <param name="StoreId">The store; null: not told.</param>
public sealed record ImageLocation(string Address, string? StoreId)
{
    /// <inheritdoc/>
    public override string ToString() => Address;
}
