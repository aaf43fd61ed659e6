using System.Text;
using ImageUtils.Storage;

namespace ImageUtils.Services.Local;

/// <summary>
/// A note beside an upload that says which process receives it. Only where files cannot be locked: a lock is gone with its
/// holder on every machine, a note is right on one machine and needs the process's start to be right at all.
/// </summary>
internal static class UploadOwner
{
    private const int LongestMark = 64;

    /// <summary>Writes the note, in place of whatever has its name.</summary>
    /// <param name="path">The note's file.</param>
    public static void Write(string path)
    {
        File.Delete(path);
        using FileStream file = FolderLock.Create(path);
        file.Write(Encoding.ASCII.GetBytes(OwnerMark.Current.ToString()));
    }

    /// <summary>Says whether the process of a note runs.</summary>
    /// <param name="path">The note's file.</param>
    /// <returns>False also where there is no note, or none that can be read.</returns>
    public static bool IsAlive(string path)
    {
        try
        {
            using FileStream file = PlainFile.OpenRead(path);
            Span<byte> text = stackalloc byte[LongestMark];
            string mark = Encoding.ASCII.GetString(text[..file.ReadAtLeast(text, LongestMark, throwOnEndOfStream: false)]);
            int dash = mark.IndexOf('-', StringComparison.Ordinal);
            return dash > 0 && OwnerMark.TryParse(mark.AsSpan(0, dash), mark.AsSpan(dash + 1), out OwnerMark owner) && owner.IsAlive;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
