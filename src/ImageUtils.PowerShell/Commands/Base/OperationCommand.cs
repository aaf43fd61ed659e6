using System.Management.Automation;
using ImageUtils.Errors;
using ImageUtils.Operations;

namespace ImageUtils.PowerShell.Commands.Base;

/// <summary>A cmdlet that calls the core: it lends the core a log and a progress display, and turns errors into records.</summary>
public abstract class OperationCommand : AsyncCommand, IOperationLog
{
    private ProgressReporter? _progress;
    private OperationContext? _context;

    /// <summary>What the core needs from outside, with the options of this runspace.</summary>
    protected OperationContext Operations => _context ??= CreateContext();

    /// <summary>The state of this runspace: its default connection.</summary>
    protected RunspaceSession Session { get; } = RunspaceSession.Current;

    void IOperationLog.Verbose(string message) => Post(() => WriteVerbose(message));

    void IOperationLog.Warning(string message) => Post(() => WriteWarning(message));

    /// <summary>Loads the options; a setting that cannot be used ends the cmdlet before any work.</summary>
    protected override void BeginProcessing()
    {
        try
        {
            _context = CreateContext();
        }
        catch (ImageUtilsException e)
        {
            Terminate(e, target: null);
        }
    }

    /// <summary>Ends the progress display.</summary>
    protected override void EndProcessing() => _progress?.Complete();

    /// <summary>Works on one input. What goes wrong with it is one non-terminating error, and the pipeline goes on.</summary>
    /// <param name="target">The input, for the error record.</param>
    /// <param name="work">The work.</param>
    protected void RunItem(object target, Func<CancellationToken, Task> work) =>
        Run(async token =>
        {
            try
            {
                await work(token).ConfigureAwait(false);
            }
            catch (Exception e) when (!token.IsCancellationRequested && !IsFlowControl(e))
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

    /// <summary>Turns a pair of size parameters into bytes.</summary>
    /// <param name="gibibytes">Whole GiB, or null.</param>
    /// <param name="bytes">Bytes, or null.</param>
    /// <param name="parameterName">The GiB parameter's name, for the error.</param>
    /// <returns>Bytes, or null where neither was given.</returns>
    protected long? SizeInBytes(long? gibibytes, long? bytes, string parameterName)
    {
        try
        {
            return bytes ?? (gibibytes is { } size ? Configuration.VolumeSize.FromGiB(size) : null);
        }
        catch (InvalidSizeException e)
        {
            string bytesName = parameterName.Replace("GB", "Bytes", StringComparison.Ordinal);
            InvalidSizeException told = new(e.Value, $"-{parameterName} takes whole GiB; for a size in bytes, such as 10GB, use -{bytesName}.", e);
            Terminate(told, gibibytes);
            return null;
        }
    }

    /// <summary>
    /// Asks about one dangerous use of a cmdlet whose other uses are harmless, where ConfirmImpact cannot be High for all of
    /// them. To be called after ShouldProcess; asks where a High impact would be asked about.
    /// </summary>
    /// <param name="query">The question, with what will be lost.</param>
    /// <param name="caption">The heading of the question.</param>
    /// <param name="yesToAll">Set where the user said yes for all that follow.</param>
    /// <param name="noToAll">Set where the user said no for all that follow.</param>
    /// <returns>True where the work may be done.</returns>
    protected bool ConfirmHighImpact(string query, string caption, ref bool yesToAll, ref bool noToAll)
    {
        ConfirmImpact preference = LanguagePrimitives.TryConvertTo(GetVariableValue("ConfirmPreference"), out ConfirmImpact set) ? set : ConfirmImpact.High;

        // -Confirm, or a preference of Medium or lower, has made ShouldProcess ask; -Confirm:$false and None want no question.
        bool isAsked = !MyInvocation.BoundParameters.ContainsKey("Confirm") && preference == ConfirmImpact.High;
        return !isAsked || ShouldContinue(query, caption, ref yesToAll, ref noToAll);
    }

    // A cancellation that nobody asked for here is the terminal's Ctrl+C, which reached the child before it reached us.
    private static bool IsFlowControl(Exception e) => e is PipelineStoppedException or OperationCanceledException;

    private OperationContext CreateContext()
    {
        _progress = new ProgressReporter(record => Post(() => WriteProgress(record)), GetHashCode() & 0x7FFFFFFF);
        return OperationContext.Create(Session.LoadOptions(), this, _progress);
    }
}
