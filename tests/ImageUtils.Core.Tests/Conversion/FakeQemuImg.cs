using ImageUtils.Errors;
using ImageUtils.Processes;

namespace ImageUtils.Core.Tests.Conversion;

/// <summary>Stands for qemu-img: remembers what it was asked and does what the test says.</summary>
internal sealed class FakeQemuImg : IProcessRunner
{
    public bool IsThere { get; init; } = true;

    public int ExitCode { get; init; }

    public string Says { get; init; } = string.Empty;

    public string StandardError { get; init; } = string.Empty;

    public List<ProcessRequest> Asked { get; } = [];

    /// <summary>Is given the path that qemu-img would write.</summary>
    public Action<string>? Write { get; init; }

    public string? Find(string fileName) => IsThere ? "/usr/bin/" + fileName : null;

    public Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellationToken)
    {
        if (!IsThere)
        {
            throw new ToolNotFoundException(request.FileName);
        }

        Asked.Add(request);
        Write?.Invoke(request.Arguments[^1]);
        request.OnOutput?.Invoke(Says.AsMemory());
        return Task.FromResult(new ProcessResult("qemu-img …", ExitCode, Says, StandardError, TimeSpan.Zero));
    }
}
