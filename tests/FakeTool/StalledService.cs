using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Reflection;
using ImageUtils.Services;

namespace FakeTool;

/// <summary>An image service whose data begin and then never come; everything else is another's.</summary>
[SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives a type from it when it runs.")]
internal class StalledService : DispatchProxy
{
    private IImageService? _inner;

    /// <summary>Puts it in front of a service.</summary>
    public static IImageService Over(IImageService inner)
    {
        IImageService proxy = Create<IImageService, StalledService>();
        ((StalledService)(object)proxy)._inner = inner;
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name != nameof(IImageService.OpenDataAsync))
        {
            return targetMethod.Invoke(_inner, args);
        }

        Console.WriteLine("downloading");
        return Task.FromResult(new Pipe().Reader.AsStream());
    }
}
