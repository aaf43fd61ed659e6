using System.Management.Automation;
using ImageUtils.Errors;
using ImageUtils.Operations;

namespace ImageUtils.PowerShell.Commands.Base;

/// <summary>A cmdlet that calls the core: it lends the core a log and a progress display, and turns errors into records.</summary>
public abstract class OperationCommand : AsyncCommand, IOperationLog
{
    private static readonly TimeSpan StopFollows = TimeSpan.FromMilliseconds(500);

    private ProgressReporter? _progress;
    private OperationContext? _context;

    /// <summary>What the core needs from outside, with the options of this runspace.</summary>
    protected OperationContext Operations => _context ??= CreateContext();

    /// <summary>The state of this runspace: its default connection.</summary>
    protected RunspaceSession Session { get; } = RunspaceSession.Current;

    void IOperationLog.Verbose(string message) => Post(() => WriteVerbose(message));

    void IOperationLog.Warning(string message) => Post(() => WriteWarning(message));

    /// <summary>What a problem of the whole cmdlet is said of: its input, or nothing.</summary>
    protected virtual object? Input => null;

    /// <summary>Loads the options and prepares; a setting or an argument that cannot be used ends the cmdlet before any work.</summary>
    protected sealed override void BeginProcessing()
    {
        try
        {
            _context = CreateContext();
            Begin();
        }
        catch (Exception e) when (IsProblem(e))
        {
            Terminate(e, Input);
        }
    }

    /// <summary>Works on one record of the pipeline; a problem with it is one non-terminating error.</summary>
    protected sealed override void ProcessRecord()
    {
        try
        {
            Process();
        }
        catch (Exception e) when (IsProblem(e))
        {
            WriteError(ErrorRecords.From(e, Input));
        }
    }

    /// <summary>Does what is left, and ends the progress display.</summary>
    protected sealed override void EndProcessing()
    {
        try
        {
            End();
        }
        catch (Exception e) when (IsProblem(e))
        {
            Terminate(e, Input);
        }
        finally
        {
            _progress?.Complete();
        }
    }

    /// <summary>Checks the arguments, before anything else.</summary>
    protected virtual void Begin()
    {
    }

    /// <summary>Works on one record of the pipeline.</summary>
    protected abstract void Process();

    /// <summary>Does what could not be done before the pipeline had given everything.</summary>
    protected virtual void End()
    {
    }

    /// <summary>Works on one input. What goes wrong with it is one non-terminating error, and the pipeline goes on.</summary>
    /// <param name="target">The input, for the error record.</param>
    /// <param name="work">The work.</param>
    protected void RunItem(object target, Func<CancellationToken, Task> work) =>
        Run(async token =>
        {
            RunningCommandLog.Follow(this);
            try
            {
                await work(token).ConfigureAwait(false);
            }
            catch (OperationCanceledException e) when (!token.IsCancellationRequested)
            {
                // The terminal's Ctrl+C reaches a child before it reaches us; if no stop follows, somebody else ended it.
                await Task.Delay(StopFollows, token).ConfigureAwait(false);
                Post(() => WriteError(ErrorRecords.From(e, target)));
            }
            catch (Exception e) when (!token.IsCancellationRequested && e is not PipelineStoppedException)
            {
                Post(() => WriteError(ErrorRecords.From(e, target)));
            }
        });

    /// <summary>Emits a result; may be called from any thread while work runs.</summary>
    /// <param name="result">The result.</param>
    protected void Emit(object result) => Post(() => WriteObject(result));

    /// <summary>Emits a result about a file, with the PSPath that lets it pipe on wherever the session stands.</summary>
    /// <param name="result">The result.</param>
    /// <param name="path">The full path of the file.</param>
    protected void EmitFile(object result, string path) => Post(() => WriteObject(WithPSPath(result, path)));

    /// <summary>Ends the cmdlet with an error, for what makes all work impossible.</summary>
    /// <param name="exception">What went wrong.</param>
    /// <param name="target">The input.</param>
    protected void Terminate(Exception exception, object? target) => ThrowTerminatingError(ErrorRecords.From(exception, target));

    /// <summary>Adds the PSPath that lets a result pipe on by property name.</summary>
    /// <param name="result">The result.</param>
    /// <param name="path">The full path of the file.</param>
    /// <returns>The result with the property.</returns>
    protected static PSObject WithPSPath(object result, string path)
    {
        PSObject shown = PSObject.AsPSObject(result);
        shown.Properties.Add(new PSNoteProperty("PSPath", @"Microsoft.PowerShell.Core\FileSystem::" + path));
        return shown;
    }

    private static bool IsProblem(Exception e) =>
        e is ImageUtilsException or ArgumentException or SessionStateException or ProviderInvocationException or IOException or UnauthorizedAccessException;

    private OperationContext CreateContext()
    {
        _progress = new ProgressReporter(record => Post(() => WriteProgress(record)), GetHashCode() & 0x7FFFFFFF);
        return OperationContext.Create(Session.LoadOptions(), this, _progress);
    }
}
