using System.IO.Pipes;
using System.Security.Cryptography;

namespace ImageUtils.Processes;

/// <summary>
/// Windows: the passphrase comes out of a named pipe with a random name that only the current user may open. Each opening
/// gets the whole of it, since a program may have to be started again.
/// </summary>
internal sealed class NamedPipeSecret : SecretHandover
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    /// <summary>Offers a passphrase.</summary>
    /// <param name="passphrase">The passphrase.</param>
    public NamedPipeSecret(Passphrase passphrase)
    {
        PipeName = "imageutils-" + RandomNumberGenerator.GetHexString(32, lowercase: true);

        // The first one is there before anybody hears of the name, so nobody else can take it.
        NamedPipeServerStream first = Open(PipeName);
        _serving = Task.Run(() => ServeAsync(first, passphrase, _end.Token));
    }

    /// <summary>The name without the folder of pipes.</summary>
    public string PipeName { get; }

    /// <inheritdoc/>
    public override string FilePath => @"\\.\pipe\" + PipeName;

    /// <summary>Takes the pipe away.</summary>
    public override void Dispose()
    {
        _end.Cancel();
        _serving.Wait(EndPatience);
        _end.Dispose();
    }

    private static NamedPipeServerStream Open(string name) =>
        new(name, PipeDirection.Out, maxNumberOfServerInstances: 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);

    private static async Task ServeAsync(NamedPipeServerStream pipe, Passphrase passphrase, CancellationToken cancellationToken)
    {
        await using (pipe.ConfigureAwait(false))
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                try
                {
                    await pipe.WaitForConnectionAsync(cancellationToken).ConfigureAwait(false);
                    await pipe.WriteAsync(passphrase.Bytes, cancellationToken).ConfigureAwait(false);
                    if (OperatingSystem.IsWindows())
                    {
                        // A disconnection throws away what was not read yet.
                        pipe.WaitForPipeDrain();
                    }
                }
                catch (OperationCanceledException)
                {
                    return;
                }
                catch (IOException)
                {
                    // Whoever asked went away; the next one is served all the same.
                }

                if (pipe.IsConnected)
                {
                    pipe.Disconnect();
                }
            }
        }
    }
}
