using ImageUtils.Errors;

namespace ImageUtils.Services.Identity;

/// <summary>Tokens as users bring them: in a variable, in a file, in a SecureString.</summary>
public static class TokenText
{
    private const int Longest = 64 * 1024;

    /// <summary>Takes a token; spaces and line ends around it are not part of it.</summary>
    /// <param name="text">The token.</param>
    /// <param name="name">Where it came from, for the error.</param>
    /// <returns>The token.</returns>
    /// <exception cref="InvalidOptionException">It cannot be one: a header takes printable ASCII only. The text is not quoted.</exception>
    public static SecretText Parse(string text, string name)
    {
        string token = text.Trim();
        return token.Length is > 0 and <= Longest && token.All(letter => letter is > ' ' and < '\x7f')
            ? SecretText.Of(token)
            : throw new InvalidOptionException(name, "***", "it is not a token: one word of printable ASCII letters.");
    }

    /// <summary>Reads the first token out of a file.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="warn">Hears that others may read the file.</param>
    /// <returns>The token.</returns>
    /// <exception cref="InvalidOptionException">There is no token in it, or it cannot be read.</exception>
    public static SecretText Read(string path, Action<string> warn)
    {
        try
        {
            byte[] content = Storage.SmallFile.Read(path, Longest);
            const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
            {
                warn($"The token file '{path}' is open to others; set its mode to 0600.");
            }

            return Parse(System.Text.Encoding.ASCII.GetString(content), $"the token file '{path}'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOptionException("the token file", path, e.Message, e);
        }
    }
}
