using System.Management.Automation;
using ImageUtils.Transfer;

namespace ImageUtils.PowerShell.Commands.Base;

/// <summary>What is demanded of an image that is fetched, of an image service or of an address, and how an address is reached.</summary>
internal sealed class ImageSourceParameters : TransportParameters
{
    private const int MostConnections = 16;

    /// <summary>Declares them.</summary>
    /// <param name="imageSet">The parameter set with an image of the image service.</param>
    /// <param name="uriSet">The parameter set with an address.</param>
    public ImageSourceParameters(string imageSet, string uriSet)
        : base(uriSet)
    {
        string[] both = [imageSet, uriSet];
        Add<SwitchParameter>("AllowAnyRedirect", [uriSet]);
        Add<string>("ExpectedHash", both, new ValidateNotNullOrEmptyAttribute());
        Add<string>("HashAlgorithm", both, new ValidateSetAttribute("md5", "sha1", "sha256", "sha384", "sha512"));
        Add<string>("HashFile", both, new ValidateNotNullOrEmptyAttribute());
        Add<SwitchParameter>("RequireHash", both);
        Add<int>("Connections", both, new ValidateRangeAttribute(1, MostConnections));
    }

    /// <summary>True where redirects may lead to another scheme, to this machine and to the local link too.</summary>
    public bool AllowAnyRedirect => IsOn("AllowAnyRedirect");

    /// <summary>How many connections may be used at once.</summary>
    public int Connections => Given("Connections") is int count ? count : 1;

    /// <summary>What the hash of the data must be.</summary>
    /// <param name="state">The session, from whose location a list of hashes is named.</param>
    /// <returns>The demand.</returns>
    public HashDemand Hash(SessionState state)
    {
        string? list = Given("HashFile") as string;
        return new HashDemand
        {
            ExpectedHash = Given("ExpectedHash") as string,
            HashAlgorithm = Given("HashAlgorithm") as string,
            HashFile = list is null || HashList.IsAddress(list) ? list : FileSystemPath.Unresolved(state, list),
            RequireHash = IsOn("RequireHash"),
        };
    }
}
