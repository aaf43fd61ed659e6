using System.Globalization;
using System.Text.Json;

namespace FakeTool;

/// <summary>The commands that only read and write.</summary>
internal static class Talk
{
    public static int Arguments(string[] words)
    {
        Console.Out.Write(JsonSerializer.Serialize(words));
        return 0;
    }

    public static int Environment(string[] names)
    {
        Console.Out.Write(JsonSerializer.Serialize(names.ToDictionary(name => name, System.Environment.GetEnvironmentVariable, StringComparer.Ordinal)));
        return 0;
    }

    public static int Say(string output, string error)
    {
        Console.Out.Write(output);
        Console.Error.Write(error);
        return 0;
    }

    /// <summary>Writes lines with numbers: <c>output</c>, <c>error</c> or, taking turns in large pieces, <c>both</c>.</summary>
    public static int Flood(string where, long characters)
    {
        string piece = new string('x', 99) + "\n";
        using var output = new StreamWriter(Console.OpenStandardOutput(), bufferSize: 1 << 16);
        using var error = new StreamWriter(Console.OpenStandardError(), bufferSize: 1 << 16);
        output.Write("first");
        error.Write("first");
        for (long written = 0; written < characters; written += piece.Length)
        {
            if (where is "output" or "both")
            {
                output.Write(piece);
            }

            if (where is "error" or "both")
            {
                error.Write(piece);
            }
        }

        output.Write("last");
        error.Write("last");
        return 0;
    }

    /// <summary>Writes as <c>qemu-img -p</c> does; each word is a percentage.</summary>
    public static int Progress(string[] percentages)
    {
        foreach (string percentage in percentages)
        {
            Console.Out.Write(string.Create(CultureInfo.InvariantCulture, $"    ({percentage}/100%)\r"));
            Console.Out.Flush();
            Thread.Sleep(50);
        }

        Console.Out.Write("\n");
        return 0;
    }

    /// <summary>Reads standard input to its end and says how much there was.</summary>
    public static int Read()
    {
        Console.Out.Write(Console.In.ReadToEnd().Length);
        return 0;
    }
}
