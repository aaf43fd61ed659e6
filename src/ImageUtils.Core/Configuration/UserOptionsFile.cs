using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageUtils.Errors;
using ImageUtils.Services.Local;
using ImageUtils.Storage;

namespace ImageUtils.Configuration;

/// <summary>
/// The user's options: one JSON object, name to value, and a member <c>CinderConf</c> with what was imported. Members that
/// nobody knows here stay. It is written beside and moved into place, by one writer at a time.
/// </summary>
public sealed class UserOptionsFile
{
    private const string FileName = "options.json";
    private const string CinderMember = "CinderConf";
    private const int LongestFile = 1 << 20;
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);

    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes the object; the file system is not touched.</summary>
    /// <param name="path">The full path of the file, which need not exist.</param>
    public UserOptionsFile(string path) => FilePath = path;

    /// <summary>The full path of the file.</summary>
    public string FilePath { get; }

    /// <summary>The file of the user.</summary>
    /// <param name="environment">Reads an environment variable; null or empty: not set.</param>
    /// <returns>The file.</returns>
    /// <exception cref="InvalidOptionException">The system knows no home folder for the user.</exception>
    public static UserOptionsFile Find(Func<string, string?> environment) => new(Path.Combine(DefaultFolders.UserConfiguration(environment), FileName));

    /// <summary>The file of the user, where the user has a home.</summary>
    /// <param name="environment">Reads an environment variable; null or empty: not set.</param>
    /// <returns>The file; null: there is no home folder, and so no file.</returns>
    public static UserOptionsFile? TryFind(Func<string, string?> environment)
    {
        try
        {
            return Find(environment);
        }
        catch (InvalidOptionException)
        {
            return null;
        }
    }

    /// <summary>Reads the file.</summary>
    /// <returns>What it holds; nothing where it is not there.</returns>
    /// <exception cref="InvalidOptionFileException">It is no JSON object, too long, or open to everybody.</exception>
    /// <exception cref="InvalidOptionException">A value cannot be used; the file is named.</exception>
    public UserOptions Read() => ReadObject() is { } content ? new UserOptions(ReadValues(content), ReadValues(CinderPart(content))) : UserOptions.None;

    /// <summary>Changes the file; nothing else in it is touched, and two that do it at once do not lose each other's changes.</summary>
    /// <param name="set">Options to set.</param>
    /// <param name="remove">Options to take away, also from the import.</param>
    /// <param name="imported">What a cinder.conf gave, in place of an earlier import; null: the import stays.</param>
    /// <param name="cancellationToken">Ends the waiting for another writer.</param>
    /// <exception cref="InvalidOptionFileException">The file is broken already, or cannot be written.</exception>
    public void Update(OptionSet set, IReadOnlyCollection<OptionDefinition> remove, OptionSet? imported, CancellationToken cancellationToken)
    {
        if (set.Count == 0 && imported is null && !File.Exists(FilePath))
        {
            return;
        }

        try
        {
            string target = Target();
            CreateFolder(Path.GetDirectoryName(target)!);
            using FileStream held = Lock(target + ".lock", cancellationToken);
            JsonObject content = ReadObject() ?? [];
            Apply(content, set, remove);
            JsonObject? cinder = imported is null ? CinderPart(content) : [];
            Apply(cinder, imported ?? OptionSet.Empty, remove);
            Remove(content, CinderMember);
            if (cinder is { Count: > 0 })
            {
                content.Add(CinderMember, cinder.DeepClone());
            }

            Write(target, content.ToJsonString(Layout) + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOptionFileException(FilePath, line: 0, e.Message, e);
        }
    }

    private static void Apply(JsonObject? content, OptionSet set, IReadOnlyCollection<OptionDefinition> remove)
    {
        if (content is null)
        {
            return;
        }

        foreach (OptionDefinition definition in OptionDefinitions.All)
        {
            object? value = set[definition];
            if (value is not null || remove.Contains(definition))
            {
                Remove(content, definition.Name);
            }

            if (value is not null)
            {
                content.Add(definition.Name, OptionJson.Write(value));
            }
        }
    }

    // People write names in any case; what replaces a member replaces each spelling of it.
    private static void Remove(JsonObject content, string name)
    {
        foreach (string member in content.Select(pair => pair.Key).Where(key => string.Equals(key, name, StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            content.Remove(member);
        }
    }

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, PrivateFile | UnixFileMode.UserExecute);
        }
    }

    private static void Write(string target, string text)
    {
        string temporary = Path.Combine(Path.GetDirectoryName(target)!, $".options-{RandomNumberGenerator.GetHexString(12, lowercase: true)}.tmp");
        var open = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            open.UnixCreateMode = PrivateFile;
        }

        try
        {
            using (var stream = new FileStream(temporary, open))
            {
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush();
                FileSync.Flush(stream.SafeFileHandle);
            }

            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static FileStream Lock(string path, CancellationToken cancellationToken)
    {
        long deadline = Environment.TickCount64 + (long)LongestWait.TotalMilliseconds;
        while (true)
        {
            if (FolderLock.TryOpen(path) is { } held)
            {
                return held;
            }

            if (Environment.TickCount64 > deadline)
            {
                throw new IOException($"'{path}' has been locked by another process for 15 seconds.");
            }

            cancellationToken.WaitHandle.WaitOne(RandomNumberGenerator.GetInt32(2, 25));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    // Who keeps the file elsewhere and links to it goes on doing so.
    private string Target() =>
        new FileInfo(FilePath).LinkTarget is null ? FilePath : File.ResolveLinkTarget(FilePath, returnFinalTarget: true)?.FullName ?? FilePath;

    private JsonObject? CinderPart(JsonObject content)
    {
        JsonNode? part = content.FirstOrDefault(pair => string.Equals(pair.Key, CinderMember, StringComparison.OrdinalIgnoreCase)).Value;
        return part is null or JsonObject ? (JsonObject?)part : throw Broken($"'{CinderMember}' is not an object.");
    }

    private OptionSet ReadValues(JsonObject? content)
    {
        OptionSet values = OptionSet.Empty;
        foreach ((string name, JsonNode? node) in content ?? [])
        {
            // A null is what a person writes who wants the default.
            if (node is null || !OptionDefinitions.TryFind(name, out OptionDefinition? definition))
            {
                continue;
            }

            if (values[definition] is not null)
            {
                throw Broken($"'{definition.Name}' is there twice.");
            }

            try
            {
                values = values.WithChecked(definition, OptionJson.Read(definition, node));
            }
            catch (InvalidOptionException e)
            {
                throw new InvalidOptionException(e, FilePath, line: 0) { RecommendedAction = $"Correct it, or take it away: Reset-ImageUtilsOption -Name {definition.Name} -Scope User" };
            }
        }

        return values;
    }

    private JsonObject? ReadObject()
    {
        if (OptionFileText.Read(FilePath, LongestFile, isUsersOwn: true) is not { } text)
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
                ?? throw Broken("it is not a JSON object.");
        }
        catch (JsonException e)
        {
            int line = e.LineNumber is { } number ? (int)Math.Min(number + 1, int.MaxValue) : 0;
            throw new InvalidOptionFileException(FilePath, line, "it is not well-formed JSON.", e) { RecommendedAction = "Correct the file, or remove it." };
        }
    }

    private InvalidOptionFileException Broken(string reason) => new(FilePath, line: 0, reason) { RecommendedAction = "Correct the file, or remove it." };
}
