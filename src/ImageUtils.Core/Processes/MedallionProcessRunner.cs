using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using ImageUtils.Errors;
using ImageUtils.Operations;
using Medallion.Shell;

namespace ImageUtils.Processes;

/// <summary>
/// The adapter of <see cref="IProcessRunner"/> to MedallionShell; the only file that knows that library.
/// Of standard output the first and last 2 Mi characters are kept, of standard error the first and last 64 Ki.
/// </summary>
public sealed class MedallionProcessRunner : IProcessRunner
{
    private const int OutputKept = 2 << 20;
    private const int ErrorKept = 64 << 10;
    private const int LargestSignal = 64;

    /// <summary>How long the pipes may stay open after the end, as long as nothing comes: a grandchild may hold them for ever.</summary>
    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SignalTime = TimeSpan.FromSeconds(10);

    private readonly IOperationLog _log;
    private readonly IReadOnlyList<string> _rootHelper;
    private readonly PlatformFacts _platform;
    private readonly ProcessStopper _stopper;
    private int _saidNoLimits;

    /// <summary>Makes the runner.</summary>
    /// <param name="log">Is told each command line exactly as run.</param>
    /// <param name="rootHelper">The words in front of a command that needs root.</param>
    /// <param name="platform">Where it runs; null: here.</param>
    public MedallionProcessRunner(IOperationLog log, IReadOnlyList<string> rootHelper, PlatformFacts? platform = null)
    {
        _log = log;
        _rootHelper = rootHelper;
        _platform = platform ?? PlatformFacts.Current();
        _stopper = new ProcessStopper(SignalAsRootAsync);
    }

    /// <inheritdoc/>
    public string? Find(string fileName) => ExecutableSearch.Find(fileName, _platform.SearchPath);

    /// <inheritdoc/>
    public bool UsesRootHelper => _platform is { IsWindows: false, IsRoot: false };

    /// <inheritdoc/>
    public IProcessDialogue Begin(ProcessRequest request)
    {
        ComposedCommand composed = CommandLineComposer.Compose(request, _rootHelper, _platform);
        Tell(composed.Notes);
        string program = Locate(request, composed);
        string commandLine = CommandLineText.Write(composed.Words, request.Secrets, _platform.IsWindows);
        _log.Verbose(commandLine);
        return ProcessDialogue.Start(program, composed, commandLine, _stopper, result => Judge(request, composed, result));
    }

    /// <inheritdoc/>
    public async Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ComposedCommand composed = CommandLineComposer.Compose(request, _rootHelper, _platform);
        Tell(composed.Notes);
        string program = Locate(request, composed);
        string commandLine = CommandLineText.Write(composed.Words, request.Secrets, _platform.IsWindows);
        _log.Verbose(commandLine);

        var watch = Stopwatch.StartNew();
        using Command command = Start(program, composed, request.FileName);
        Process process = command.Process;
        request.OnStarted?.Invoke(process.Id);
        Task input = FeedAsync(command, request.StandardInput);
        Task exited = process.WaitForExitAsync(CancellationToken.None);
        var output = new DrainedStream(command.StandardOutput, new BoundedText(OutputKept, OutputKept), request.OnOutput);
        var error = new DrainedStream(command.StandardError, new BoundedText(ErrorKept, ErrorKept), listener: null);
        bool timedOut = false;

        using (var timeout = new CancellationTokenSource(request.Timeout ?? Timeout.InfiniteTimeSpan))
        using (var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token))
        {
            Task stopped = Task.Delay(Timeout.Infinite, linked.Token);
            await Task.WhenAny(exited, stopped, output.Failed).ConfigureAwait(false);
            if (!exited.IsCompleted)
            {
                timedOut = timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested;
                if (!await _stopper.StopAsync(process, exited, composed.IsBehindRootHelper).ConfigureAwait(false))
                {
                    _log.Warning($"Process {process.Id} could not be ended: {commandLine}");
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
        }

        if (timedOut)
        {
            throw new TimedOutException(commandLine, request.Timeout!.Value);
        }

        await DrainAsync(output, error).ConfigureAwait(false);
        await ProcessStopper.WaitAsync(input, QuietTime).ConfigureAwait(false);
        var result = new ProcessResult(
            commandLine,
            ReadExitCode(process),
            output.Text,
            CommandLineText.Hide(error.Text, request.Secrets),
            watch.Elapsed);
        return Judge(request, composed, result);
    }

    private static Command Start(string program, ComposedCommand composed, string toolName)
    {
        try
        {
            Command command = Command.Run(
                program,
                [],
                options => options
                    .ThrowOnError(false)
                    .DisposeOnExit(false)
                    .Encoding(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false))
                    .StartInfo(start =>
                    {
                        // The library joins words to a line; the list of .NET needs no quoting.
                        start.Arguments = string.Empty;
                        foreach (string word in composed.Words.Skip(1))
                        {
                            start.ArgumentList.Add(word);
                        }

                        foreach ((string name, string value) in composed.Environment)
                        {
                            start.Environment[name] = value;
                        }
                    }));
            return command;
        }
        catch (Win32Exception e)
        {
            throw new ToolNotFoundException(toolName, e) { RecommendedAction = $"'{program}' could not be started: {e.Message}" };
        }
    }

    /// <summary>Gives a program its input, and closes it, so that nobody waits for a keyboard.</summary>
    private static async Task FeedAsync(Command command, ReadOnlyMemory<byte>? input)
    {
        try
        {
            Stream stream = command.Process.StandardInput.BaseStream;
            await using (stream.ConfigureAwait(false))
            {
                if (input is { } bytes)
                {
                    await stream.WriteAsync(bytes).ConfigureAwait(false);
                }
            }
        }
        catch (IOException)
        {
            // It did not want to hear it; how it ended says the rest.
        }
    }

    /// <summary>Waits for the pipes to end, as long as something comes out of them.</summary>
    private static async Task DrainAsync(DrainedStream output, DrainedStream error)
    {
        var watch = Stopwatch.StartNew();
        Task both = Task.WhenAll(output.Finished, error.Finished);
        long before;
        do
        {
            before = output.Count + error.Count;
            if (await ProcessStopper.WaitAsync(both, QuietTime).ConfigureAwait(false))
            {
                // A listener that failed fails the run.
                await both.ConfigureAwait(false);
                return;
            }
        }
        while (output.Count + error.Count > before && watch.Elapsed < LongestDrain);

        output.Close();
        error.Close();
    }

    /// <summary>.NET, like a shell, says an end by signal N as 128 + N.</summary>
    private static int ReadExitCode(Process process)
    {
        int code = process.ExitCode;
        return !OperatingSystem.IsWindows() && code is > 128 and <= 128 + LargestSignal ? 128 - code : code;
    }

    private ProcessResult Judge(ProcessRequest request, ComposedCommand composed, ProcessResult result)
    {
        if (!_platform.IsWindows && result.ExitCode == -UnixSignal.Interrupt)
        {
            // Ctrl+C in a terminal goes to every program of the line; it means us too.
            throw new OperationCanceledException($"{request.FileName} was interrupted.");
        }

        if (composed.IsBehindRootHelper && result.ExitCode != 0)
        {
            if (RootHelperTrouble.IsToolMissing(_rootHelper, result.ExitCode, request.FileName, result.StandardError))
            {
                throw NotFound(request.FileName);
            }

            if (RootHelperTrouble.Find(_rootHelper, result.ExitCode, result.StandardError) is { } reason)
            {
                throw new RootHelperUnavailableException(string.Join(' ', _rootHelper), reason);
            }
        }

        return result;
    }

    /// <summary>Finds what is started first, and makes sure of the program where root's PATH is not another one.</summary>
    private string Locate(ProcessRequest request, ComposedCommand composed)
    {
        if (composed.IsBehindRootHelper)
        {
            if (Find(_rootHelper[0]) is null)
            {
                throw new RootHelperUnavailableException(string.Join(' ', _rootHelper), $"'{_rootHelper[0]}' was not found on PATH.");
            }
        }
        else if (Find(request.FileName) is null)
        {
            throw NotFound(request.FileName);
        }

        string first = composed.Words[0];
        return Find(first) ?? throw NotFound(first);
    }

    private ToolNotFoundException NotFound(string fileName) => new(fileName)
    {
        RecommendedAction = $"Looked for '{fileName}' in: {string.Join(", ", ExecutableSearch.Folders(_platform.SearchPath))}.",
    };

    private void Tell(IReadOnlyList<CompositionNote> notes)
    {
        foreach (CompositionNote note in notes)
        {
            if (note == CompositionNote.NoRootHelperOnWindows)
            {
                _log.Verbose("There is no root helper on Windows; running as the current user.");
            }
            else if (Interlocked.Exchange(ref _saidNoLimits, 1) == 0)
            {
                _log.Verbose("prlimit (util-linux) was not found; programs run without limits on CPU time and memory.");
            }
        }
    }

    /// <summary>Signals a process of root. Without <c>env</c> in front: rootwrap's KillFilter knows only the bare command.</summary>
    private async Task SignalAsRootAsync(string signal, int processId)
    {
        string id = processId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        string[] words = [.. _rootHelper, "kill", signal, id];
        _log.Verbose(CommandLineText.Write(words, [], forWindows: false));
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        using Command command = Start(Find(_rootHelper[0]) ?? _rootHelper[0], new ComposedCommand(words, environment, IsBehindRootHelper: true, []), "kill");
        await FeedAsync(command, input: null).ConfigureAwait(false);
        await ProcessStopper.WaitAsync(command.Process.WaitForExitAsync(), SignalTime).ConfigureAwait(false);
    }
}
