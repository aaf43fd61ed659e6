namespace ImageUtils.Processes;

/// <summary>
/// The passphrase goes to the program's standard input. The way of Unix systems without files in memory, and the one that
/// goes through a root helper, which closes every other descriptor. There is only one standard input.
/// </summary>
/// <param name="passphrase">The passphrase.</param>
internal sealed class StandardInputSecret(Passphrase passphrase) : SecretHandover
{
    /// <inheritdoc/>
    public override string FilePath => "/dev/stdin";

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte>? StandardInput => passphrase.Bytes;

    /// <inheritdoc/>
    public override void Dispose()
    {
        // The passphrase is its owner's.
    }
}
