using System.Globalization;
using System.Net;

namespace ImageUtils.Services.Http;

/// <summary>A service answered, and not with what was asked for. Never seen by callers: each service has its own errors for it.</summary>
internal sealed class ServiceStatusException : Exception
{
    public ServiceStatusException(HttpStatusCode status, string text, string? requestId, Uri endpoint)
        : base(Describe(status, text, requestId))
    {
        Status = status;
        Endpoint = endpoint;
    }

    public HttpStatusCode Status { get; }

    public Uri Endpoint { get; }

    private static string Describe(HttpStatusCode status, string text, string? requestId)
    {
        string told = text.Length > 0 ? text : $"{status}";
        string request = requestId is null ? string.Empty : $", request {requestId}";
        return string.Create(CultureInfo.InvariantCulture, $"{told} (HTTP {(int)status}{request})");
    }
}
