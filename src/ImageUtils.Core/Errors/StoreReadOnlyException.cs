namespace ImageUtils.Errors;

/// <summary>The store takes no images.</summary>
public sealed class StoreReadOnlyException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="storeId">The store that was asked for.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public StoreReadOnlyException(string storeId, Exception? innerException = null)
        : base("StoreReadOnly", ErrorKind.PermissionDenied, $"Image store {storeId} is read-only.", innerException)
    {
        StoreId = storeId;
    }

    /// <summary>The store that was asked for.</summary>
    public string StoreId { get; }
}
