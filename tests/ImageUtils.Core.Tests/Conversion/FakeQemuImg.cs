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

    /// <summary>So many runs fail with exit code 1 before the others end as they should, saying nothing.</summary>
    public int FailuresFirst { get; init; }

    /// <summary>Sees each request while the program "runs".</summary>
    public Action<ProcessRequest>? OnAsked { get; init; }

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
        OnAsked?.Invoke(request);
        if (Asked.Count <= FailuresFirst)
        {
            return Task.FromResult(new ProcessResult("qemu-img …", 1, Says, StandardError, TimeSpan.Zero));
        }

        Write?.Invoke(request.Arguments[^1]);
        request.OnOutput?.Invoke(Says.AsMemory());
        return Task.FromResult(new ProcessResult("qemu-img …", ExitCode, Says, FailuresFirst > 0 ? string.Empty : StandardError, TimeSpan.Zero));
    }
}
