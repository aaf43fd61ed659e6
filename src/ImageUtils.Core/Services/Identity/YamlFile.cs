using System.Globalization;
using System.Text;
using ImageUtils.Errors;
using ImageUtils.Storage;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ImageUtils.Services.Identity;

/// <summary>
/// Reads a YAML file of settings. Only the parser's events are used, so that no type is ever made that a file names; tags are
/// refused, and size, depth and number of nodes are bounded. What is in the file is never quoted: it may hold passwords.
/// </summary>
internal sealed class YamlFile
{
    private const int LargestFile = 1 << 20;
    private const int Deepest = 32;
    private const int MostNodes = 100_000;
    private const string MergeKey = "<<";

    private static readonly string[] Nulls = ["", "~", "null", "Null", "NULL"];

    private readonly string _path;
    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
    private readonly Stack<Level> _levels = new();
    private YamlNode? _root;
    private int _count;

    private YamlFile(string path) => _path = path;

    /// <summary>Reads a file; JSON is YAML too.</summary>
    /// <param name="path">The full path.</param>
    /// <returns>What is in it.</returns>
    /// <exception cref="InvalidOptionFileException">It cannot be read, or is not YAML within the bounds.</exception>
    public static YamlNode Read(string path)
    {
        try
        {
            return new YamlFile(path).Parse(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(SmallFile.Read(path, LargestFile)).TrimStart('\uFEFF'));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new InvalidOptionFileException(path, line: 0, e is DecoderFallbackException ? "it is not UTF-8." : e.Message, e);
        }
        catch (YamlException e)
        {
            throw new InvalidOptionFileException(path, (int)Math.Min(e.Start.Line, int.MaxValue), "it is not well-formed YAML.");
        }
    }

    private YamlNode Parse(string text)
    {
        var parser = new Parser(new StringReader(text));
        while (parser.MoveNext())
        {
            ParsingEvent found = parser.Current!;
            switch (found)
            {
                case Scalar scalar:
                    RequirePlain(scalar);
                    bool isNull = scalar.Style == ScalarStyle.Plain && Array.IndexOf(Nulls, scalar.Value) >= 0;
                    Place(Named(scalar, isNull ? new YamlNode() : new YamlNode { Text = scalar.Value }), found);
                    break;
                case AnchorAlias alias:
                    Place(_anchors.TryGetValue(alias.Value.Value, out YamlNode? named) ? named : throw Broken(found, "an alias names nothing."), found);
                    break;
                case SequenceStart start:
                    RequirePlain(start);
                    Enter(new YamlNode { Items = [] }, start);
                    break;
                case MappingStart start:
                    RequirePlain(start);
                    Enter(YamlNode.Map(), start);
                    break;
                case SequenceEnd or MappingEnd:
                    Level done = _levels.Pop();
                    Merge(done, found);
                    Place(done.Node, found);
                    break;
                case DocumentEnd when _root is not null:
                    return _root;
            }
        }

        return _root ?? new YamlNode();
    }

    private void Enter(YamlNode node, NodeEvent start)
    {
        if (_levels.Count == Deepest)
        {
            throw Broken(start, "it is nested too deeply.");
        }

        _levels.Push(new Level(start.Anchor.IsEmpty ? null : start.Anchor.Value, node));
    }

    private YamlNode Named(NodeEvent found, YamlNode node)
    {
        if (!found.Anchor.IsEmpty)
        {
            _anchors[found.Anchor.Value] = node;
        }

        return node;
    }

    private void Place(YamlNode node, ParsingEvent found)
    {
        Count(1, found);
        if (!_levels.TryPeek(out Level? level))
        {
            _root = node;
        }
        else if (level.Node.Items is { } items)
        {
            items.Add(node);
        }
        else if (level.Key is null)
        {
            level.Key = node.Text ?? throw Broken(found, "a name is not a text.");
        }
        else
        {
            if (level.Key == MergeKey)
            {
                level.Merged.Add(node);
            }
            else
            {
                level.Node.Members![level.Key] = node;
            }

            level.Key = null;
        }
    }

    // An anchor counts when its map is whole, so that nothing can hold itself.
    private void Merge(Level done, ParsingEvent found)
    {
        foreach (YamlNode source in done.Merged.SelectMany(merged => merged.Items ?? [merged]))
        {
            foreach ((string name, YamlNode member) in source.Members ?? throw Broken(found, "what is merged is not a map."))
            {
                Count(1, found);
                done.Node.Members!.TryAdd(name, member);
            }
        }

        if (done.Anchor is not null)
        {
            _anchors[done.Anchor] = done.Node;
        }
    }

    private void Count(int nodes, ParsingEvent found)
    {
        _count += nodes;
        if (_count > MostNodes)
        {
            throw Broken(found, string.Create(CultureInfo.InvariantCulture, $"it has more than {MostNodes} parts."));
        }
    }

    private void RequirePlain(NodeEvent found)
    {
        if (!found.Tag.IsEmpty && !found.Tag.IsNonSpecific && found.Tag.Value != "tag:yaml.org,2002:str")
        {
            throw Broken(found, "tags have no place in it.");
        }
    }

    private InvalidOptionFileException Broken(ParsingEvent found, string reason) => new(_path, (int)Math.Min(found.Start.Line, int.MaxValue), reason);

    private sealed class Level(string? anchor, YamlNode node)
    {
        public string? Anchor { get; } = anchor;

        public YamlNode Node { get; } = node;

        public string? Key { get; set; }

        public List<YamlNode> Merged { get; } = [];
    }
}
