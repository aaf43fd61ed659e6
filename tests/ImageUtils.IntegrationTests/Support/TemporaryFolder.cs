namespace ImageUtils.IntegrationTests.Support;

/// <summary>A folder for one test, gone after it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("iu-it-").FullName;

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A raw disk with a pattern at its beginning and in its middle, zeros elsewhere.</summary>
    public string RawDisk(string name, int size = 4 << 20)
    {
        byte[] content = new byte[size];
        for (int i = 0; i < 10_000; i++)
        {
            content[i] = content[(size / 2) + i] = (byte)(1 + (i % 251));
        }

        System.IO.File.WriteAllBytes(File(name), content);
        return File(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
