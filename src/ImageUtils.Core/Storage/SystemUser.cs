using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Principal;

namespace ImageUtils.Storage;

/// <summary>The user of the system as whom this process runs.</summary>
internal static partial class SystemUser
{
    /// <summary>The number of the user on Unix; null on Windows.</summary>
    public static uint? Number => OperatingSystem.IsWindows() ? null : EffectiveUser();

    /// <summary>What tells this user from every other: the number on Unix, the security identifier on Windows.</summary>
    /// <returns>The key.</returns>
    public static string Key()
    {
        if (!OperatingSystem.IsWindows())
        {
            return string.Create(CultureInfo.InvariantCulture, $"uid:{EffectiveUser()}");
        }

        using WindowsIdentity identity = WindowsIdentity.GetCurrent();
        return $"sid:{identity.User?.Value ?? identity.Name}";
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint EffectiveUser();
}
