using System.Globalization;
using ImageUtils.Errors;

namespace ImageUtils.Processes;

/// <summary>
/// Puts together what is started from what is asked for, in oslo's order: limits, root helper, throttle, locale, program.
/// Pure: it looks at nothing but its arguments.
/// </summary>
public static class CommandLineComposer
{
    /// <summary>
    /// The locale of every program we start, so that what we recognise in its words is English. LANGUAGE too: it wins over
    /// LANG where somebody sets LC_ALL to another locale in between.
    /// </summary>
    private static readonly Dictionary<string, string> PinnedLocale = new(StringComparer.Ordinal)
    {
        ["LC_ALL"] = "C",
        ["LANG"] = "C",
        ["LANGUAGE"] = "C",
    };

    /// <summary>Composes a command line.</summary>
    /// <param name="request">What is to run.</param>
    /// <param name="rootHelper">The words of the root helper.</param>
    /// <param name="platform">Where it runs.</param>
    /// <returns>The command.</returns>
    /// <exception cref="RootHelperUnavailableException">Root is asked for and no root helper is configured.</exception>
    public static ComposedCommand Compose(ProcessRequest request, IReadOnlyList<string> rootHelper, PlatformFacts platform)
    {
        var words = new List<string>();
        var notes = new List<CompositionNote>();
        AddLimits(request.Limits, platform, words, notes);

        bool behindRootHelper = request.RunAsRoot && !platform.IsWindows && !platform.IsRoot;
        if (behindRootHelper)
        {
            if (rootHelper.Count == 0)
            {
                throw new RootHelperUnavailableException(string.Empty, "None is configured (option RootHelper).");
            }

            words.AddRange(rootHelper);
        }
        else if (request.RunAsRoot && platform.IsWindows)
        {
            notes.Add(CompositionNote.NoRootHelperOnWindows);
        }

        // The throttle stands before `env`: rootwrap chains `cgexec -g blkio:…` to another filter, and its filter for
        // `env LC_ALL=C qemu-img` matches only with the program right behind.
        words.AddRange(request.Prefix);
        if (!platform.IsWindows && request.PinLocale && (request.ShowLocale || behindRootHelper))
        {
            // sudo resets the environment, so behind a root helper the words are the only way.
            words.Add("env");
            words.Add("LC_ALL=C");
        }

        words.Add(request.FileName);
        words.AddRange(request.Arguments);
        return new ComposedCommand(words, PinnedLocale, behindRootHelper, notes);
    }

    private static void AddLimits(ProcessLimits? limits, PlatformFacts platform, List<string> words, List<CompositionNote> notes)
    {
        if (limits is null or { CpuTime: null, AddressSpaceBytes: null })
        {
            return;
        }

        if (!platform.HasPrlimit || platform.IsWindows)
        {
            notes.Add(CompositionNote.NoLimits);
            return;
        }

        words.Add("prlimit");
        if (limits.CpuTime is { } cpuTime)
        {
            long seconds = Math.Max(1, (long)Math.Ceiling(cpuTime.TotalSeconds));
            words.Add(string.Create(CultureInfo.InvariantCulture, $"--cpu={seconds}"));
        }

        if (limits.AddressSpaceBytes is { } addressSpace)
        {
            words.Add(string.Create(CultureInfo.InvariantCulture, $"--as={addressSpace}"));
        }

        words.Add("--");
    }
}
