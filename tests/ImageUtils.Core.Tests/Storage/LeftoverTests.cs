using ImageUtils.Configuration;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Storage;

/// <summary>What dead processes left: recognised, and nothing else touched.</summary>
public sealed class LeftoverTests : IDisposable
{
    private const string Id = "8a7e2d3c-0000-4000-8000-000000000001";
    private readonly TemporaryFolder _folder = new();

    // The start of a process counts: this one's id with another start is a process that is gone.
    private static string Dead => $"{Environment.ProcessId}-1-0123abcd";

    private static string Alive => $"{OwnerMark.Current}-0123abcd";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Files_of_dead_processes_go_at_the_next_start()
    {
        string[] dead = [$"image_fetch_{Id}_{Dead}", $"image_download_{Id}_{Dead}@b", $"vol_upload_{Dead}", $".iu-{Dead}.part", ".iu-shared-00ff.lock"];
        string[] kept = [$"image_fetch_{Id}_{Alive}", $"vol_upload_{Alive}@b", $".iu-{Alive}.part", "image_fetch_x", ".iu-0123abcd.part", "precious.raw", $"mine_{Dead}"];
        foreach (string name in dead.Concat(kept))
        {
            File.WriteAllText(_folder.File(name), "x");
        }

        using (TemporaryImageFile file = Open().CreateForUpload())
        {
            Assert.Equal([.. kept.Append(Path.GetFileName(file.Path)).Order(StringComparer.Ordinal)], _folder.Names());
        }
    }

    [Fact]
    public void A_file_that_somebody_holds_is_in_use_whoever_made_it()
    {
        string path = _folder.File($"image_fetch_{Id}_{Dead}");
        File.WriteAllText(path, "x");
        using (FileHold.TryTake(path))
        {
            Open().CreateForUpload().Dispose();
            Assert.True(File.Exists(path));
        }

        Open().CreateForUpload().Dispose();
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Links_and_folders_are_left()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right on Windows.");
        string target = _folder.File("target");
        File.WriteAllText(target, "x");
        File.CreateSymbolicLink(_folder.File($"vol_upload_{Dead}"), target);
        Directory.CreateDirectory(_folder.File($"vol_upload_{Environment.ProcessId}-2-0123abcd"));
        Open().CreateForUpload().Dispose();
        Assert.Equal(3, _folder.Names().Length);
    }

    [Fact]
    public void A_name_tells_its_maker()
    {
        OwnerMark me = OwnerMark.Current;
        Assert.True(me.IsAlive);
        Assert.Equal(me, TemporaryName.OwnerOf(TemporaryName.New(TemporaryName.Fetch + Id + "_", "_1-2-0123abcd")));
        Assert.Equal(me, TemporaryName.OwnerOf(TemporaryName.New(TemporaryName.Hidden, TemporaryName.Partial)));
        Assert.Null(TemporaryName.OwnerOf("image_fetch_" + Id + "_"));
        Assert.Null(TemporaryName.OwnerOf("vol_upload_0-0-0123abcd"));
        Assert.Null(TemporaryName.OwnerOf("vol_upload_99999999999-1-0123abcd"));
        Assert.Null(TemporaryName.OwnerOf("other_" + Dead));
        Assert.False(new OwnerMark(int.MaxValue, 5).IsAlive);
    }

    // Behaviour 103.
    [Fact]
    public void Only_names_that_end_in_the_backend_are_cleaned()
    {
        Make("tmphost@one", "tmphost@two", $"image_fetch_{Id}_{Dead}host@one", "tmphost@one.txt");
        Assert.Equal([$"image_fetch_{Id}_{Dead}host@one", "tmphost@one"], Clean(new CleanUpRequest { BackendName = "host@one" }));
        Assert.Equal(["tmphost@one.txt", "tmphost@two"], _folder.Names());
    }

    // Publishing converts into a temporary file, with a part beside it whose name ends in no backend.
    [Fact]
    public void The_part_beside_a_temporary_file_is_cleaned_whatever_the_backend()
    {
        Make($"vol_upload_{Dead}host@one", $".iu-{Dead}.part", $".iu-{Alive}.part");
        Assert.Equal([$".iu-{Dead}.part", $"vol_upload_{Dead}host@one"], Clean(new CleanUpRequest { BackendName = "host@one" }));
        Assert.Equal([$".iu-{Alive}.part"], _folder.Names());
    }

    [Fact]
    public void Without_a_name_the_backend_of_the_options_counts()
    {
        Make("tmphost@one", "tmphost@two", ".iu-0123abcd.part");
        Assert.Equal([".iu-0123abcd.part", "tmphost@two"], Clean(new CleanUpRequest(), backend: "host@two"));
    }

    [Fact]
    public void Without_any_backend_only_names_of_ours_are_cleaned()
    {
        Make("precious.raw", $"vol_upload_{Dead}", $"image_download_{Id}_x", ".hidden");
        Assert.Equal([$"image_download_{Id}_x", $"vol_upload_{Dead}"], Clean(new CleanUpRequest()));
        Assert.Equal([".hidden", "precious.raw"], _folder.Names());
    }

    // Behaviour 104.
    [Fact]
    public void A_missing_folder_is_nothing()
    {
        var cleaner = new ConversionDirectoryCleaner(Options("nowhere", null), new RecordingLog());
        Assert.Empty(cleaner.Find(new CleanUpRequest()));
        Assert.False(Directory.Exists(_folder.File("nowhere")));
    }

    [Fact]
    public void Only_old_files_are_cleaned_where_an_age_is_given()
    {
        Make("a@b", "c@b");
        File.SetLastWriteTimeUtc(_folder.File("a@b"), DateTime.UtcNow.AddDays(-3));
        Assert.Equal(["a@b"], Clean(new CleanUpRequest { BackendName = "@b", OlderThan = TimeSpan.FromDays(1) }));
        Assert.Empty(Clean(new CleanUpRequest { BackendName = "@b", OlderThan = TimeSpan.MaxValue }));
    }

    [Fact]
    public void A_file_in_use_is_cleaned_only_by_force()
    {
        using TemporaryImageFile file = Open("@b").CreateForUpload();
        Assert.Empty(Clean(new CleanUpRequest { BackendName = "@b" }));
        Assert.Equal([Path.GetFileName(file.Path)], Clean(new CleanUpRequest { BackendName = "@b", Force = true }));
    }

    [Fact]
    public void A_link_with_the_backends_name_is_left_and_so_is_its_target()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right on Windows.");
        Make("target");
        File.CreateSymbolicLink(_folder.File("link@b"), _folder.File("target"));
        Directory.CreateDirectory(_folder.File("folder@b"));
        Assert.Empty(Clean(new CleanUpRequest { BackendName = "@b", Force = true }));
        Assert.Equal(["folder@b", "link@b", "target"], _folder.Names());
    }

    // Behaviour 105.
    [Fact]
    public void A_removal_that_fails_names_the_file()
    {
        var cleaner = new ConversionDirectoryCleaner(Options(".", null), new RecordingLog());
        Directory.CreateDirectory(_folder.File("folder"));
        var file = new RemovedTemporaryFile { Path = _folder.File("folder"), Size = 0, LastWriteTime = DateTime.UnixEpoch, IsInUse = false };
        RemovalFailedException e = Assert.Throws<RemovalFailedException>(() => cleaner.Remove(file));
        Assert.Equal(file.Path, e.Path);
    }

    private void Make(params string[] names)
    {
        foreach (string name in names)
        {
            File.WriteAllText(_folder.File(name), "x");
        }
    }

    private string[] Clean(CleanUpRequest request, string? backend = null)
    {
        var cleaner = new ConversionDirectoryCleaner(Options(".", backend), new RecordingLog());
        IReadOnlyList<RemovedTemporaryFile> found = cleaner.Find(request);
        foreach (RemovedTemporaryFile file in found)
        {
            cleaner.Remove(file);
        }

        Assert.DoesNotContain(found, file => File.Exists(file.Path));
        return [.. found.Select(file => file.Name)];
    }

    private ConversionDirectory Open(string? backend = null) => new(Options(".", backend));

    private ImageUtilsOptions Options(string name, string? backend) => new()
    {
        ImageConversionDirectory = _folder.File(name),
        LocalImageDirectory = _folder.File("images"),
        BackendName = backend,
    };
}
