using ImageUtils.Processes;

namespace ImageUtils.Core.Tests.Support;

/// <summary>A runner for tests in which no program may run.</summary>
public sealed class NoProcesses : IProcessRunner
{
    public Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("No program runs in this test: " + request.FileName);

    public string? Find(string fileName) => null;
}
