using System.Collections.Concurrent;
using System.Diagnostics;
using System.Management.Automation;

namespace ImageUtils.PowerShell.Commands.Base;

/// <summary>
/// Runs the work of a cmdlet on a task and everything that PowerShell allows on its own thread only (output, errors,
/// progress) through a bounded queue on that thread. A stop cancels the work and waits, bounded, for its end, so that
/// child processes and partial files are gone when the prompt returns.
/// </summary>
public abstract class AsyncCommand : PSCmdlet, IDisposable
{
    /// <summary>Longer than the runner's 400 ms before it kills, and still under a second in all.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromMilliseconds(900);

    private readonly CancellationTokenSource _stop = new();
    private BlockingCollection<Action>? _queue;
    private bool _disposed;

    /// <summary>Cancelled when the user or the pipeline stops the cmdlet.</summary>
    protected CancellationToken StopToken => _stop.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Only cancels; the cleaning up is done by the work itself, on its own thread.</summary>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Releases the token source.</summary>
    /// <param name="disposing">True where it was called by the user of the object.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _stop.Dispose();
        }
    }

    /// <summary>Runs work to its end; to be called on the pipeline thread.</summary>
    /// <param name="work">The work; it gets the stop token and uses <see cref="Post"/> for all that PowerShell shall see.</param>
    protected void Run(Func<CancellationToken, Task> work)
    {
        using BlockingCollection<Action> queue = new(boundedCapacity: 256);
        _queue = queue;
        CancellationToken token = _stop.Token;
        Task worker = Task.Run(
            async () =>
            {
                try
                {
                    await work(token).ConfigureAwait(false);
                }
                finally
                {
                    queue.CompleteAdding();
                }
            },
            CancellationToken.None);
        try
        {
            Pump(queue, token);
        }
        catch
        {
            // Output was refused: a later command has enough (Select-Object -First), or an error is to stop everything.
            _stop.Cancel();
            Settle(worker);
            throw;
        }
        finally
        {
            _queue = null;
        }

        Finish(worker);
    }

    /// <summary>Has something done on the pipeline thread; may be called from any thread while work runs.</summary>
    /// <param name="action">What to do.</param>
    protected void Post(Action action)
    {
        BlockingCollection<Action>? queue = _queue;
        if (queue is null)
        {
            return;
        }

        try
        {
            queue.Add(action, _stop.Token);
        }
        catch (Exception e) when (e is InvalidOperationException or OperationCanceledException)
        {
            // Stopped, or the pump has ended: nobody reads it any more.
        }
    }

    private static void Settle(Task worker)
    {
        try
        {
            worker.Wait(StopPatience);
        }
        catch (AggregateException)
        {
            // What broke the output is reported, not what the work said when it was cancelled.
        }
    }

    private static void Pump(BlockingCollection<Action> queue, CancellationToken token)
    {
        long stoppedAt = 0;
        while (!queue.IsCompleted)
        {
            if (token.IsCancellationRequested)
            {
                stoppedAt = stoppedAt == 0 ? Stopwatch.GetTimestamp() : stoppedAt;
                if (Stopwatch.GetElapsedTime(stoppedAt) > StopPatience)
                {
                    return;
                }
            }

            if (queue.TryTake(out Action? action, millisecondsTimeout: 20, CancellationToken.None) && !token.IsCancellationRequested)
            {
                action();
            }
        }
    }

    private void Finish(Task worker)
    {
        if (_stop.IsCancellationRequested)
        {
            Settle(worker);
            throw new PipelineStoppedException();
        }

        worker.GetAwaiter().GetResult();
    }
}
