using System.Globalization;
using System.Text;
using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Configuration;

/// <summary>Reads the text of a file of settings: a regular file, not longer than it may be, in UTF-8.</summary>
internal static class OptionFileText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="longest">The most bytes it may have.</param>
    /// <param name="isUsersOwn">
    /// True: it is the user's own, which decides which programs run, so one that everybody may write is refused; and where its
    /// folder may not be looked into (a service account with another's HOME), the user has none.
    /// </param>
    /// <returns>The text; null: there is no file.</returns>
    /// <exception cref="InvalidOptionFileException">It cannot be read.</exception>
    public static string? Read(string path, int longest, bool isUsersOwn)
    {
        try
        {
            // A pipe or a device of that name would wait or never end, so the kind is asked for before it is opened.
            FileIdentity? identity = FileIdentity.TryOf(path);
            if (identity is null && isUsersOwn)
            {
                return null;
            }

            if (identity is { IsRegularFile: false })
            {
                throw new InvalidOptionFileException(path, line: 0, "it is not a regular file.");
            }

            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (isUsersOwn && !OperatingSystem.IsWindows() && File.GetUnixFileMode(stream.SafeFileHandle).HasFlag(UnixFileMode.OtherWrite))
            {
                throw new InvalidOptionFileException(path, line: 0, "everybody may write it, and it decides which programs run.") { RecommendedAction = $"chmod o-w '{path}'" };
            }

            byte[] content = new byte[Math.Min(stream.Length, longest) + 1];
            int length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            if (length > longest)
            {
                throw new InvalidOptionFileException(path, line: 0, string.Create(CultureInfo.InvariantCulture, $"it is longer than {longest} bytes."));
            }

            ReadOnlySpan<byte> bytes = content.AsSpan(0, length);
            return Strict.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (ArgumentException e)
        {
            throw new InvalidOptionFileException(path, line: 0, "it is not text in UTF-8.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOptionFileException(path, line: 0, e.Message, e);
        }
    }
}
