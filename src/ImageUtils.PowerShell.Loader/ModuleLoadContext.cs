using System.Reflection;
using System.Runtime.Loader;

namespace ImageUtils.PowerShell.Loader;

/// <summary>
/// The load context of the module: what lies in the module's folder is loaded here and cannot clash with the versions
/// that other modules bring; everything else (PowerShell, the runtime) comes from the default context.
/// </summary>
public sealed class ModuleLoadContext : AssemblyLoadContext
{
    private readonly string _folder;

    private ModuleLoadContext(string folder)
        : base("ImageUtils.PowerShell", isCollectible: false)
    {
        _folder = folder;
    }

    /// <summary>Loads the module's assemblies, once a process and folder.</summary>
    /// <param name="folder">The folder that holds them.</param>
    /// <param name="assemblyNames">The names to load, without extension, in order.</param>
    /// <returns>The assemblies, in the same order.</returns>
    public static Assembly[] Load(string folder, params string[] assemblyNames)
    {
        string full = Path.GetFullPath(folder);
        ModuleLoadContext context = All.OfType<ModuleLoadContext>().FirstOrDefault(known => known._folder == full) ?? new ModuleLoadContext(full);
        return [.. assemblyNames.Select(name => context.LoadFromAssemblyName(new AssemblyName(name)))];
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string path = Path.Combine(_folder, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }
}
