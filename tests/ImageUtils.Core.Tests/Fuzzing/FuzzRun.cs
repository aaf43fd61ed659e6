using System.Globalization;
using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Fuzzing;

/// <summary>Inspects mutated images on every core and notes each one that breaks a promise of the inspector.</summary>
public sealed class FuzzRun(IReadOnlyList<FuzzSeed> seeds)
{
    /// <summary>What an inspection may allocate in all, garbage included; what it holds at once is less.</summary>
    private const long MemoryBound = 64L << 20;
    private const int MetadataBound = 1 << 20;
    private const int MostFindings = 20;
    private const long LongWork = 64L << 20;

    /// <summary>xz and zstd name the memory that they are unpacked with, up to 64 MiB, and a run is begun anew for tables further in front.</summary>
    private const long PackedMemoryBound = 4L << 30;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Unpacking gigabytes takes its time; whoever asked for all depth may end it.</summary>
    private static readonly TimeSpan Unpacking = TimeSpan.FromSeconds(2);

    private readonly ImageMutator _mutator = new(seeds);
    private readonly List<FuzzFinding> _findings = [];
    private readonly Lock _lock = new();
    private long _next;
    private long _done;
    private long _accepted;
    private long _mostAllocated;
    private long _slowest;
    private long _ended;

    /// <summary>One line of figures for the report.</summary>
    public string Figures => string.Create(
        CultureInfo.InvariantCulture,
        $"{_done} executions, {seeds.Count} seeds, {_accepted} accepted, {_findings.Count} findings, {_ended} long unpackings ended, at most {_mostAllocated / 1024} KiB allocated and {_slowest} ms in one execution");

    public IReadOnlyList<FuzzFinding> Findings => _findings;

    /// <summary>Runs the images of the given numbers.</summary>
    /// <param name="first">The first number.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public void Run(long first, long count, CancellationToken cancellationToken)
    {
        _next = first;
        Worker[] workers = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Worker()).ToArray();
        Thread[] threads = workers.Select(worker => new Thread(() => Work(worker, first + count, cancellationToken), 1 << 20) { IsBackground = true }).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        while (!threads.All(thread => thread.Join(TimeSpan.FromSeconds(1))))
        {
            // A thread cannot be ended; that of a hanging parser stays behind and the run goes no further.
            foreach (Worker stuck in workers.Where(worker => worker.Started is long started && TimeSpan.FromMilliseconds(Environment.TickCount64 - started) > Patience))
            {
                Note(stuck.Number, stuck.Image, "it hangs");
                return;
            }
        }
    }

    private void Work(Worker worker, long end, CancellationToken cancellationToken)
    {
        for (long number = Interlocked.Increment(ref _next) - 1; number < end; number = Interlocked.Increment(ref _next) - 1)
        {
            if (cancellationToken.IsCancellationRequested || _findings.Count >= MostFindings)
            {
                return;
            }

            worker.Number = number;
            (FuzzSeed seed, MutatedImage image) = _mutator.Make(number);
            worker.Image = string.Create(CultureInfo.InvariantCulture, $"{seed.Name} of {image.Length} bytes");
            worker.Started = Environment.TickCount64;
            foreach (InspectionDepth depth in new[] { InspectionDepth.Metadata, InspectionDepth.Full })
            {
                Inspect(number, seed, image, depth);
            }

            InterlockedMax(ref _slowest, Environment.TickCount64 - worker.Started.Value);
            worker.Started = null;
        }
    }

    private static void InterlockedMax(ref long target, long value)
    {
        for (long seen = Interlocked.Read(ref target); value > seen; seen = Interlocked.Read(ref target))
        {
            if (Interlocked.CompareExchange(ref target, value, seen) == seen)
            {
                return;
            }
        }
    }

    private void Inspect(long number, FuzzSeed seed, MutatedImage image, InspectionDepth depth)
    {
        using var reader = new MutatedImageReader(image);
        using CancellationTokenSource patience = new();
        bool isPacked = image.Part(0, 4) is [0x1f, 0x8b, ..] or [0xfd, 0x37, 0x7a, 0x58] or [0x28, 0xb5, 0x2f, 0xfd] or [0x42, 0x5a, 0x68, _];
        if (isPacked && image.Length > LongWork)
        {
            patience.CancelAfter(Unpacking);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            ImageInspection inspection = new ImageInspector().Inspect(reader, new InspectionRequest { Depth = depth }, patience.Token);
            if (Problem(inspection, reader.BytesRead, depth) is string problem)
            {
                Note(number, seed.Name, problem);
            }

            _ = QemuImageInfoFactory.FromInspection("/images/mutated", inspection, 0);
            if (inspection.IsAcceptable)
            {
                Interlocked.Increment(ref _accepted);
            }
        }
        catch (OperationCanceledException) when (isPacked)
        {
            Interlocked.Increment(ref _ended);
        }
        catch (Exception exception)
        {
            Note(number, seed.Name, exception.ToString());
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        InterlockedMax(ref _mostAllocated, allocated);
        if (allocated > (isPacked ? PackedMemoryBound : MemoryBound))
        {
            Note(number, seed.Name, string.Create(CultureInfo.InvariantCulture, $"{allocated} bytes allocated at depth {depth}"));
        }

        Interlocked.Increment(ref _done);
    }

    private static string? Problem(ImageInspection inspection, long bytesRead, InspectionDepth depth)
    {
        if (inspection.Checks.Count == 0)
        {
            return "no checks";
        }

        if (inspection.Facts.VirtualSize < 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"virtual size {inspection.Facts.VirtualSize}");
        }

        if (inspection.Checks.FirstOrDefault(check => check.Reason.Any(char.IsControl)) is ImageCheck shown)
        {
            return $"{shown.Name} prints control characters";
        }

        return depth == InspectionDepth.Metadata && bytesRead > MetadataBound
            ? string.Create(CultureInfo.InvariantCulture, $"{bytesRead} bytes read for metadata")
            : null;
    }

    private void Note(long number, string seed, string problem)
    {
        lock (_lock)
        {
            if (_findings.Count < MostFindings && !_findings.Exists(known => known.Number == number))
            {
                _findings.Add(new FuzzFinding(number, seed, problem));
            }
        }
    }

    private sealed class Worker
    {
        public long Number { get; set; }

        public long? Started { get; set; }

        public string Image { get; set; } = string.Empty;
    }
}
