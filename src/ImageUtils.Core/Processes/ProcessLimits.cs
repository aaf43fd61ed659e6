namespace ImageUtils.Processes;

/// <summary>Limits the kernel enforces on a program (Linux, through prlimit).</summary>
/// <param name="CpuTime">CPU time; null: none.</param>
/// <param name="AddressSpaceBytes">Address space in bytes; null: none.</param>
public sealed record ProcessLimits(TimeSpan? CpuTime, long? AddressSpaceBytes);
