namespace ImageUtils.Errors;

/// <summary>The image service has no such store.</summary>
public sealed class StoreNotFoundException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="storeId">The store that was asked for.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public StoreNotFoundException(string storeId, Exception? innerException = null)
        : base("StoreNotFound", ErrorKind.ObjectNotFound, $"Image store {storeId} could not be found.", innerException)
    {
        StoreId = storeId;
    }

    /// <summary>The store that was asked for.</summary>
    public string StoreId { get; }
}
