using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ImageUtils.Core.Tests.Support;

/// <summary>An image at a <see cref="PlayedServer"/>, with ranges, counted, and with all the ways in which such a thing goes wrong.</summary>
public sealed class ServedImage(byte[] content)
{
    private long _bytesSent;
    private int _answers;

    public byte[] Content { get; set; } = content;

    public string? Tag { get; set; } = "\"one\"";

    public bool KnowsRanges { get; set; } = true;

    /// <summary>The line breaks after so many bytes of an answer; null: never.</summary>
    public int? CutAfter { get; set; }

    /// <summary>True: no answer any more.</summary>
    public bool IsDead { get; set; }

    /// <summary>Happens before each answer, with its number from 0.</summary>
    public Action<int>? OnAnswer { get; set; }

    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <summary>The range of each request, in order; null: all was asked for.</summary>
    public ConcurrentQueue<string?> Ranges { get; } = new();

    /// <summary>The requests for more than a byte or a header.</summary>
    public string?[] DataRanges => [.. Ranges.Where(range => range is null || range.EndsWith('-'))];

    public static async Task<(PlayedServer Server, ServedImage Image, string Address)> StartAsync(byte[] content)
    {
        PlayedServer server = await PlayedServer.StartAsync();
        var image = new ServedImage(content);
        server.On("GET /disk.img", image.AnswerAsync);
        return (server, image, server.Address + "/disk.img");
    }

    public async Task AnswerAsync(HttpContext context)
    {
        string? asked = context.Request.Headers.Range is [{ } text] ? text : null;
        Ranges.Enqueue(asked);
        OnAnswer?.Invoke(Interlocked.Increment(ref _answers) - 1);
        if (IsDead)
        {
            context.Abort();
            return;
        }

        byte[] data = Content;
        (int start, int end) = (0, data.Length);
        if (asked is not null && KnowsRanges)
        {
            string[] ends = asked["bytes=".Length..].Split('-');
            start = int.Parse(ends[0], CultureInfo.InvariantCulture);
            end = ends[1].Length == 0 ? end : Math.Min(end, int.Parse(ends[1], CultureInfo.InvariantCulture) + 1);
            if (start >= data.Length)
            {
                context.Response.StatusCode = 416;
                return;
            }

            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {start}-{end - 1}/{data.Length}");
        }

        if (Tag is not null)
        {
            context.Response.Headers.ETag = Tag;
        }

        context.Response.ContentLength = end - start;
        int given = Math.Min(end - start, CutAfter ?? int.MaxValue);
        for (int done = 0; done < given;)
        {
            int count = Math.Min(1 << 16, given - done);
            await context.Response.Body.WriteAsync(data.AsMemory(start + done, count), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            Interlocked.Add(ref _bytesSent, count);
            done += count;
        }
    }
}
