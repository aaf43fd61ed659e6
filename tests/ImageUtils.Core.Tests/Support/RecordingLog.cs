using ImageUtils.Operations;

namespace ImageUtils.Core.Tests.Support;

/// <summary>A log that keeps what it hears.</summary>
public sealed class RecordingLog : IOperationLog
{
    public List<string> VerboseLines { get; } = [];

    public List<string> Warnings { get; } = [];

    public void Verbose(string message) => VerboseLines.Add(message);

    public void Warning(string message) => Warnings.Add(message);
}
