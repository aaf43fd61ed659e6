using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace ImageUtils.Core.Tests.Support;

/// <summary>A server on this machine that answers as a test wants it, also as no good server would.</summary>
public sealed class PlayedServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private PlayedServer(WebApplication application) => _application = application;

    /// <summary>The address, without a slash at its end.</summary>
    public string Address => _application.Urls.Single();

    public Uri Uri => new(Address);

    /// <summary>Method, path and query of each request, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The headers of each request, in order.</summary>
    public ConcurrentQueue<Dictionary<string, string>> Headers { get; } = new();

    /// <summary>What is answered, by method and path without the query; several answers are given one after another, the last one again and again.</summary>
    public Dictionary<string, RequestDelegate[]> Answers { get; } = new(StringComparer.Ordinal);

    public static async Task<PlayedServer> StartAsync(Action<ListenOptions>? listen = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = null;
            options.Listen(System.Net.IPAddress.Loopback, 0, listen ?? (_ => { }));
        });
        WebApplication application = builder.Build();
        var server = new PlayedServer(application);
        var turns = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        application.Run(async context =>
        {
            string asked = $"{context.Request.Method} {context.Request.Path}";
            server.Requests.Enqueue(asked + context.Request.QueryString);
            server.Headers.Enqueue(context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));
            if (!server.Answers.TryGetValue(asked, out RequestDelegate[]? answers))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            int turn = turns.AddOrUpdate(asked, 0, (_, last) => last + 1);
            await answers[Math.Min(turn, answers.Length - 1)](context);
        });
        await application.StartAsync();
        return server;
    }

    /// <summary>A server that shows a certificate, and may ask for one.</summary>
    public static Task<PlayedServer> StartSecureAsync(X509Certificate2 certificate, ClientCertificateMode asked = ClientCertificateMode.NoCertificate) => StartAsync(listen => listen.UseHttps(https =>
    {
        https.ServerCertificate = certificate;
        https.ClientCertificateMode = asked;
        https.AllowAnyClientCertificate();
    }));

    public static RequestDelegate Text(int status, string text, string type = "application/json", params (string Name, string Value)[] headers) => async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        foreach ((string name, string value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text));
    };

    public static RequestDelegate Status(int status, params (string Name, string Value)[] headers) => context =>
    {
        context.Response.StatusCode = status;
        foreach ((string name, string value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        return Task.CompletedTask;
    };

    /// <summary>Announces more than it gives, and ends the line.</summary>
    public static RequestDelegate Cut(byte[] data, long announced) => async context =>
    {
        context.Response.ContentLength = announced;
        await context.Response.Body.WriteAsync(data);
        await context.Response.Body.FlushAsync();
    };

    /// <summary>Gives the beginning and then nothing, until the client goes.</summary>
    public static RequestDelegate Stall(byte[] data, long announced) => async context =>
    {
        context.Response.ContentLength = announced;
        await context.Response.Body.WriteAsync(data);
        await context.Response.Body.FlushAsync();
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
    };

    /// <summary>Ends the connection without a word.</summary>
    public static RequestDelegate Abort { get; } = context =>
    {
        context.Abort();
        return Task.CompletedTask;
    };

    public void On(string request, params RequestDelegate[] answers) => Answers[request] = answers;

    public string[] Log() => [.. Requests];

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _application.StopAsync(patience.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        await _application.DisposeAsync();
    }
}
