using System.Globalization;
using ImageUtils.Configuration;
using ImageUtils.Errors;
using ImageUtils.Processes;

namespace ImageUtils.Qemu;

/// <summary>The limits of one kind of runs, with the options they come from.</summary>
internal sealed record QemuImgLimits
{
    /// <summary>SIGKILL at the hard limit, SIGXCPU at the soft one, SIGABRT, SIGTRAP and SIGSEGV where memory cannot be had.</summary>
    private static readonly int[] SignalsOfLimits = [5, 6, 9, 11, 24];

    private readonly string _options;

    private QemuImgLimits(TimeSpan cpuTime, long addressSpace, TimeSpan time, string options)
    {
        Limits = cpuTime > TimeSpan.Zero || addressSpace > 0
            ? new ProcessLimits(cpuTime > TimeSpan.Zero ? cpuTime : null, addressSpace > 0 ? addressSpace : null)
            : null;
        Timeout = time > TimeSpan.Zero ? time : null;
        _options = options;
    }

    /// <summary>What the kernel enforces; null: nothing.</summary>
    public ProcessLimits? Limits { get; }

    /// <summary>The same for a program in front that could not start in so little memory.</summary>
    public ProcessLimits? WithoutAddressSpace => Limits is { CpuTime: not null } ? Limits with { AddressSpaceBytes = null } : null;

    /// <summary>The time after which the program is ended; null: none.</summary>
    public TimeSpan? Timeout { get; }

    /// <summary>Limits of what only reads an image: small, and always there.</summary>
    /// <param name="options">The options.</param>
    /// <returns>The limits.</returns>
    public static QemuImgLimits ForReading(ImageUtilsOptions options) => new(
        options.ConversionCpuLimit,
        options.ConversionAddressSpaceLimit,
        options.ToolTimeLimit,
        $"{nameof(options.ConversionCpuLimit)}, {nameof(options.ConversionAddressSpaceLimit)}");

    /// <summary>Limits of what writes one: none unless they were set, since the time depends on the size of the image.</summary>
    /// <param name="options">The options.</param>
    /// <returns>The limits.</returns>
    public static QemuImgLimits ForConversion(ImageUtilsOptions options) => new(
        options.ConvertCpuLimit,
        options.ConvertAddressSpaceLimit,
        options.ConvertTimeLimit,
        $"{nameof(options.ConvertCpuLimit)}, {nameof(options.ConvertAddressSpaceLimit)}");

    /// <summary>Says why a program was ended by a signal.</summary>
    /// <param name="result">How it ended.</param>
    /// <returns>The error.</returns>
    public ToolFailedException Explain(ProcessResult result)
    {
        int signal = -result.ExitCode;
        string reason = Limits is not null && SignalsOfLimits.Contains(signal)
            ? $"as the kernel does at the limits of {Number(Limits.CpuTime?.TotalSeconds)} s of CPU time and {Number(Limits.AddressSpaceBytes)} bytes of memory (options {_options})."
            : "by somebody else, or by the kernel because memory ran out.";
        return new ToolFailedException(result.CommandLine, result.ExitCode, result.StandardError)
        {
            RecommendedAction = string.Create(CultureInfo.InvariantCulture, $"It was ended by signal {signal}, {reason}"),
        };
    }

    private static string Number(double? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "unlimited";
}
