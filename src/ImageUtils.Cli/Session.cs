using System.CommandLine;
using ImageUtils.Configuration;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Services;
using ImageUtils.Services.Http;

namespace ImageUtils.Cli;

/// <summary>One run of the program: settings, the core's context, and where results and errors go.</summary>
internal sealed class Session : IOperationLog, IDisposable
{
    private readonly bool _verbose;
    private readonly ServiceChoice _choice;
    private readonly ParseResult _parsed;
    private IImageService? _service;
    private bool _failed;

    private Session(ParseResult parsed, CancellationToken cancellationToken)
    {
        _verbose = parsed.GetValue(SharedOptions.Verbose);
        Token = cancellationToken;
        Results = new ResultWriter(Console.Out, parsed.GetValue(SharedOptions.Json));
        LoadedOptions = OptionsLoader.LoadWithSources(Environment.GetEnvironmentVariable);
        Operations = OperationContext.Create(Options, this, progress: null);
        _choice = ServiceChoice.Of(parsed);
        _parsed = parsed;
    }

    /// <summary>Cancelled by Ctrl+C.</summary>
    public CancellationToken Token { get; }

    /// <summary>The settings, each with its source.</summary>
    public LoadedOptions LoadedOptions { get; }

    /// <summary>The settings.</summary>
    public ImageUtilsOptions Options => LoadedOptions.Options;

    /// <summary>What the core needs.</summary>
    public OperationContext Operations { get; }

    /// <summary>The image service, made when it is wanted first; nothing is sent before something is asked.</summary>
    /// <exception cref="ImageUtilsException">The settings that lead to it cannot be used.</exception>
    public IImageService Service => _service ??= _choice.Create(Options, this);

    /// <summary>How servers are reached that no cloud says anything of.</summary>
    public TransportSettings Transport => TransportChoice.Over(TransportSettings.Default, _parsed);

    /// <summary>Prints results.</summary>
    public ResultWriter Results { get; }

    /// <summary>Runs a verb: makes the session, maps what goes wrong to a line and an exit code.</summary>
    /// <param name="parsed">The parsed words.</param>
    /// <param name="work">The verb.</param>
    /// <param name="cancellationToken">Cancelled by Ctrl+C.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(ParseResult parsed, Func<Session, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            using Session session = new(parsed, cancellationToken);
            // Off the main thread, so that a signal is heard whatever the work waits for.
            await Task.Run(() => work(session), CancellationToken.None).ConfigureAwait(false);
            return session._failed ? ExitCodes.Failed : ExitCodes.Done;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("imageutils: cancelled").ConfigureAwait(false);
            return ExitCodes.Cancelled;
        }
        catch (UsageException e)
        {
            await Console.Error.WriteLineAsync($"imageutils: {OneLine.Of(e.Message)}").ConfigureAwait(false);
            return ExitCodes.Usage;
        }
        catch (Exception e) when (IsExpected(e))
        {
            await Console.Error.WriteLineAsync($"imageutils: {OneLine.Of(e.Message)}").ConfigureAwait(false);
            return ExitCodes.Failed;
        }
    }

    /// <summary>Works on one input; what goes wrong with it is one line, and the next one goes on.</summary>
    /// <param name="input">The input as the user gave it.</param>
    /// <param name="work">The work.</param>
    /// <returns>A task that ends with the work.</returns>
    public async Task EachAsync(string input, Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e) when (IsExpected(e))
        {
            Refuse(input, e.Message);
        }
    }

    /// <summary>Says that an input was refused.</summary>
    /// <param name="input">The input as the user gave it.</param>
    /// <param name="reason">Why.</param>
    public void Refuse(string input, string reason)
    {
        _failed = true;
        Console.Error.WriteLine($"imageutils: {OneLine.Of(ShownAddress.Of(input))}: {OneLine.Of(reason)}");
    }

    /// <summary>Ends the connections to the image service and wipes what was needed for them.</summary>
    public void Dispose() => (_service as IDisposable)?.Dispose();

    void IOperationLog.Verbose(string message)
    {
        if (_verbose)
        {
            Console.Error.WriteLine($"imageutils: {OneLine.Of(message)}");
        }
    }

    void IOperationLog.Warning(string message) => Console.Error.WriteLine($"imageutils: warning: {OneLine.Of(message)}");

    private static bool IsExpected(Exception e) => e is ImageUtilsException or IOException or UnauthorizedAccessException or ArgumentException;
}
