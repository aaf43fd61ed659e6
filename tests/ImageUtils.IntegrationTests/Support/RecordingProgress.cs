using ImageUtils.Operations;

namespace ImageUtils.IntegrationTests.Support;

/// <summary>Remembers how far it was, and calls back when something was done.</summary>
internal sealed class RecordingProgress : IProgress<OperationProgress>
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public OperationProgress? Last { get; private set; }

    /// <summary>Ends with the first bytes that were done.</summary>
    public Task Begun => _begun.Task;

    public void Report(OperationProgress value)
    {
        Last = value;
        if (value.BytesDone > 0)
        {
            _begun.TrySetResult();
        }
    }
}
