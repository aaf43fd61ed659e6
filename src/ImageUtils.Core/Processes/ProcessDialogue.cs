using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using ImageUtils.Errors;

namespace ImageUtils.Processes;

/// <summary>A running program with both its pipes in our hands; standard error is drained, and a bounded part of it kept.</summary>
internal sealed class ProcessDialogue : IProcessDialogue
{
    private const int ErrorKept = 16 << 10;

    /// <summary>How long a program may take to end once its input is closed: a root helper in Python needs most of it.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(300);

    private readonly Process _process;
    private readonly Task _exited;
    private readonly DrainedStream _error;
    private readonly ComposedCommand _command;
    private readonly string _commandLine;
    private readonly ProcessStopper _stopper;
    private readonly Func<ProcessResult, ProcessResult> _judge;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private bool _isDisposed;

    private ProcessDialogue(Process process, ComposedCommand command, string commandLine, ProcessStopper stopper, Func<ProcessResult, ProcessResult> judge)
    {
        _process = process;
        _command = command;
        _commandLine = commandLine;
        _stopper = stopper;
        _judge = judge;
        _exited = process.WaitForExitAsync(CancellationToken.None);
        _error = new DrainedStream(process.StandardError, new BoundedText(ErrorKept, ErrorKept), listener: null);
    }

    /// <inheritdoc/>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <inheritdoc/>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Starts a program.</summary>
    /// <param name="program">The full path of what is started first.</param>
    /// <param name="command">All words.</param>
    /// <param name="commandLine">The words as people read them.</param>
    /// <param name="stopper">Ends it, if it does not end by itself.</param>
    /// <param name="judge">Tells a refusal of the root helper.</param>
    /// <returns>The running program.</returns>
    /// <exception cref="ToolNotFoundException">It could not be started.</exception>
    public static ProcessDialogue Start(string program, ComposedCommand command, string commandLine, ProcessStopper stopper, Func<ProcessResult, ProcessResult> judge)
    {
        var start = new ProcessStartInfo(program, command.Words.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            StandardErrorEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        foreach ((string name, string value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return new ProcessDialogue(Process.Start(start)!, command, commandLine, stopper, judge);
        }
        catch (Win32Exception e)
        {
            throw new ToolNotFoundException(program, e) { RecommendedAction = $"'{program}' could not be started: {e.Message}" };
        }
    }

    /// <inheritdoc/>
    public ProcessResult End()
    {
        Close();
        ProcessStopper.WaitAsync(_error.Finished, QuietTime).GetAwaiter().GetResult();
        int exitCode = _exited.IsCompleted ? _process.ExitCode : -UnixSignal.Kill;
        return _judge(new ProcessResult(_commandLine, exitCode, string.Empty, _error.Text, _watch.Elapsed));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        Close();
        _error.Close();
        _process.Dispose();
    }

    private void Close()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is gone already.
        }

        // Work of the thread pool: a shell's own context must not be waited for here.
        if (!_exited.IsCompleted && !Task.Run(() => ProcessStopper.WaitAsync(_exited, EndPatience)).GetAwaiter().GetResult())
        {
            Task.Run(() => _stopper.StopAsync(_process, _exited, _command.IsBehindRootHelper)).GetAwaiter().GetResult();
        }
    }
}
