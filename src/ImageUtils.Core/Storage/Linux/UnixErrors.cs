using System.Runtime.InteropServices;
using ImageUtils.Errors;

namespace ImageUtils.Storage.Linux;

/// <summary>What the error numbers of open(2) and statx(2) mean to a caller.</summary>
internal static class UnixErrors
{
    private const int NoEntry = 2;
    private const int NotPermitted = 1;
    private const int AccessDenied = 13;
    private const int NotDirectory = 20;

    /// <summary>Throws the error that stands for the number.</summary>
    /// <param name="path">The path it is about.</param>
    /// <param name="error">The error number; 0: nothing happens.</param>
    /// <exception cref="PathNotFoundException">The path leads nowhere.</exception>
    /// <exception cref="ImageUnreadableException">Any other trouble.</exception>
    public static void ThrowIfFailed(string path, int error)
    {
        // ELOOP and ENAMETOOLONG have other numbers on macOS.
        int loop = OperatingSystem.IsLinux() ? 40 : 62;
        switch (error)
        {
            case 0:
                return;
            case NoEntry or NotDirectory:
                throw new PathNotFoundException(path);
            case NotPermitted or AccessDenied:
                throw new ImageUnreadableException(path, "permission denied.") { IsAccessDenied = true };
            default:
                throw new ImageUnreadableException(path, error == loop ? "its symbolic links form a loop." : $"{Marshal.GetPInvokeErrorMessage(error)}.");
        }
    }
}
