namespace ImageUtils.Qemu;

/// <summary>One run of <c>qemu-img convert</c>: the conversion, and how the program is run.</summary>
/// <param name="Conversion">What to convert, and how.</param>
public sealed record QemuImgRun(QemuConversion Conversion)
{
    /// <summary>The words of a throttle in front of the program; none: an empty list.</summary>
    public IReadOnlyList<string> Prefix { get; init; } = [];

    /// <summary>Through the root helper.</summary>
    public bool RunAsRoot { get; init; }

    /// <summary>What it is given on its standard input, for example a passphrase; null: nothing.</summary>
    public ReadOnlyMemory<byte>? StandardInput { get; init; }

    /// <summary>
    /// The words of a program of ours that becomes qemu-img, made from the limit of its address space; null: none. That
    /// program cannot start under a small limit, and sets it itself.
    /// </summary>
    public Func<long?, IReadOnlyList<string>>? Launcher { get; init; }

    /// <summary>Is told the id of the process at once; null: nobody asks for it.</summary>
    public Action<int>? OnStarted { get; init; }

    /// <summary>Is told the progress, 0 to 100; null: nobody asks for it.</summary>
    public Action<double>? OnPercentage { get; init; }
}
