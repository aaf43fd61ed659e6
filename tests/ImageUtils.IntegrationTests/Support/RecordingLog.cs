using System.Collections.Concurrent;
using ImageUtils.Operations;

namespace ImageUtils.IntegrationTests.Support;

/// <summary>Remembers what was said.</summary>
public sealed class RecordingLog : IOperationLog
{
    public ConcurrentQueue<string> VerboseLines { get; } = new();

    public ConcurrentQueue<string> Warnings { get; } = new();

    public void Verbose(string message) => VerboseLines.Enqueue(message);

    public void Warning(string message) => Warnings.Enqueue(message);
}
