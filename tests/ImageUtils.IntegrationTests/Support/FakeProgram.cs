using System.Globalization;
using System.Text;
using ImageUtils.Processes;

namespace ImageUtils.IntegrationTests.Support;

/// <summary>The program that misbehaves, and what it says of the processes it made.</summary>
internal static class FakeProgram
{
    public static string Path { get; } =
        System.IO.Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "faketool.exe" : "faketool");

    public static ProcessRequest Request(params string[] words) => new() { FileName = Path, Arguments = words };

    /// <summary>Collects what a program says until it named so many process ids.</summary>
    public sealed class ProcessIds(int wanted)
    {
        private readonly StringBuilder _said = new();
        private readonly TaskCompletionSource<IReadOnlyList<int>> _known = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<IReadOnlyList<int>> Known => _known.Task.WaitAsync(TimeSpan.FromMinutes(2));

        /// <summary>The ids; null: it has not named them yet.</summary>
        public IReadOnlyList<int>? SoFar => _known.Task.IsCompletedSuccessfully ? _known.Task.Result : null;

        public void Listen(ReadOnlyMemory<char> piece)
        {
            _said.Append(piece);
            int[] ids = _said.ToString().Split(';', StringSplitOptions.RemoveEmptyEntries)
                .Where(part => part.StartsWith("pid=", StringComparison.Ordinal))
                .Select(part => int.Parse(part.AsSpan(4), CultureInfo.InvariantCulture))
                .Distinct()
                .ToArray();
            if (ids.Length >= wanted && _said[^1] == ';')
            {
                _known.TrySetResult(ids);
            }
        }
    }
}
