using ImageUtils.Operations;
using ImageUtils.Processes;
using ImageUtils.Storage;

namespace ImageUtils.Conversion;

/// <summary>
/// How the speed of a qemu-img run is limited: by a control group where the options name one and the system has it, else by
/// qemu-img itself (<c>-r</c>), which limits what it writes.
/// </summary>
internal sealed class ConversionThrottle : IDisposable
{
    private readonly ThrottleGroup? _group;
    private readonly IOperationLog _log;

    private ConversionThrottle(ThrottleGroup? group, bool hasLauncher, long? ownLimit, IOperationLog log)
    {
        _group = group;
        _log = log;
        OwnLimit = ownLimit;
        Prefix = hasLauncher && group is not null ? group.Prefix : [];
    }

    /// <summary>The words in front of qemu-img; empty where there are none.</summary>
    public IReadOnlyList<string> Prefix { get; }

    /// <summary>What qemu-img is told to keep itself; null: nothing, the kernel does.</summary>
    public long? OwnLimit { get; }

    /// <summary>Sets up what a plan needs.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="target">Where it writes.</param>
    /// <param name="context">Settings and ports.</param>
    /// <param name="controller">The system's controller; null: there is none.</param>
    /// <returns>The throttle; the caller disposes of it when the program has ended.</returns>
    public static ConversionThrottle Start(ConversionPlan plan, IConversionTarget target, OperationContext context, BlockIOController? controller)
    {
        if (plan.MaxBytesPerSecond is not { } limit || string.IsNullOrEmpty(context.Options.CgroupName))
        {
            return new ConversionThrottle(group: null, hasLauncher: false, plan.MaxBytesPerSecond, context.Log);
        }

        var request = new ThrottleRequest(context.Options.CgroupName, limit, BlockDevice.DiskOf(plan.Source.Path), BlockDevice.DiskOf(target.WritePath));
        bool hasLauncher = context.Processes.Find(ThrottleGroup.Launcher) is not null;
        bool isBehindRootHelper = plan.RunAsRoot && context.Processes.UsesRootHelper;
        string? trouble = controller is null
            ? "this system has no controller of block I/O."
            : !request.HasGoodName ? "that is no name of one." : request is { ReadDevice: null, WriteDevice: null } ? "neither source nor destination is on a disk."
            : isBehindRootHelper && !hasLauncher ? $"a program of root is put into it by {ThrottleGroup.Launcher}, which was not found." : null;
        ThrottleGroup? group = null;
        try
        {
            group = trouble is null ? ThrottleGroup.Create(controller!, request) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            trouble = e.Message;
        }

        if (trouble is not null)
        {
            context.Log.Warning($"The control group '{request.GroupName}' is not used, qemu-img limits itself: {trouble}");
        }

        // cgroup v1 does not know whose the pages are that are written back later: it limits direct writes only.
        bool isWriteLimited = group is not null && request.WriteDevice is not null && (controller!.IsUnified || target.IsDirect);
        return new ConversionThrottle(group, hasLauncher, isWriteLimited ? null : limit, context.Log);
    }

    /// <summary>Is told of the program as soon as it runs; where nothing stands before it, it is put into the group now.</summary>
    /// <param name="processId">The process.</param>
    public void OnStarted(int processId)
    {
        if (_group is null || Prefix.Count > 0)
        {
            return;
        }

        try
        {
            _group.Join(processId);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.Warning($"Process {processId} cannot be put into the control group '{_group.Name}', and runs without its limits: {e.Message}");
        }
    }

    /// <summary>Removes what was set up.</summary>
    public void Dispose() => _group?.Dispose();
}
