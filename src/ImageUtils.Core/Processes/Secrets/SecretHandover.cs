namespace ImageUtils.Processes;

/// <summary>
/// One way of giving a passphrase to a program that reads it from a "file": nothing of it stands on a command line, in the
/// environment or on a disk. A class a way.
/// </summary>
internal abstract class SecretHandover : IDisposable
{
    /// <summary>The name under which the program finds the passphrase, as long as this object lives. It is no secret itself.</summary>
    public abstract string FilePath { get; }

    /// <summary>What the program is to be given on its standard input; null: nothing.</summary>
    public virtual ReadOnlyMemory<byte>? StandardInput => null;

    /// <summary>Picks the way of this system.</summary>
    /// <param name="passphrase">The passphrase; it must outlive the object.</param>
    /// <returns>The offer; the caller disposes of it when the program has ended.</returns>
    public static SecretHandover Offer(Passphrase passphrase)
    {
        if (OperatingSystem.IsLinux())
        {
            return new MemoryFileSecret(passphrase);
        }

        return OperatingSystem.IsWindows() ? new NamedPipeSecret(passphrase) : new StandardInputSecret(passphrase);
    }

    /// <inheritdoc/>
    public abstract void Dispose();
}
