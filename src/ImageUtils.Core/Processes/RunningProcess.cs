namespace ImageUtils.Processes;

/// <summary>A process as /proc knows it. The start time tells it from a later one with the same id.</summary>
/// <param name="Id">The process id.</param>
/// <param name="ParentId">The parent's process id.</param>
/// <param name="StartTime">When it started, in clock ticks since boot.</param>
internal sealed record RunningProcess(int Id, int ParentId, ulong StartTime);
