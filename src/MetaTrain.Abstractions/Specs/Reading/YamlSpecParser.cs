using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MetaTrain.Abstractions.Specs.Reading;

/// <summary>
/// Reads one YAML document to a tree with positions. It reads the events itself instead of building YamlDotNet's own model,
/// which would recurse as deep as the text says and would expand aliases without a bound.
/// </summary>
internal sealed class YamlSpecParser
{
    internal const int MaxCharacters = 1 << 20;
    internal const int MaxDepth = 32;
    internal const int MaxNodes = 10_000;

    private readonly IParser _events;
    private readonly int _override;
    private readonly Dictionary<AnchorName, SpecNode> _anchors = [];
    private int _nodes;

    private YamlSpecParser(string text, int overrideNumber)
    {
        _events = new GuardedEvents(text);
        _override = overrideNumber;
    }

    /// <summary>The document's root, or the one sentence that says why there is none.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="root">The root.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="overrideNumber">The override whose value this is, from 1; 0 for the document itself.</param>
    public static bool TryParse(string text, out SpecNode root, out SpecProblem? problem, int overrideNumber = 0)
    {
        root = new SpecScalar(SpecPosition.None, ScalarKind.Null, "null");
        problem = null;
        if (text.Length > MaxCharacters)
        {
            problem = new SpecProblem("", $"The spec has {text.Length:N0} characters, but at most {MaxCharacters:N0} are read.");
            return false;
        }

        try
        {
            root = new YamlSpecParser(text, overrideNumber).Document() ?? root;
            return true;
        }
        catch (SpecSyntaxException fault)
        {
            problem = fault.ToProblem();
        }
        catch (YamlException fault)
        {
            problem = YamlFault.Describe(text, fault);
        }

        return false;
    }

    private SpecNode? Document()
    {
        _events.Consume<StreamStart>();
        if (_events.TryConsume<StreamEnd>(out _))
        {
            return null;
        }

        _events.Consume<DocumentStart>();
        SpecNode root = Node(0);
        _events.Consume<DocumentEnd>();
        if (_events.TryConsume<DocumentStart>(out DocumentStart? second))
        {
            throw Fault("a second document starts here; a spec is one document", second.Start);
        }

        return root;
    }

    private SpecNode Node(int depth)
    {
        ParsingEvent next = _events.Current!;
        if (depth > MaxDepth)
        {
            throw Fault($"values are nested deeper than {MaxDepth} levels", next.Start);
        }

        if (_events.TryConsume<AnchorAlias>(out AnchorAlias? alias))
        {
            SpecNode target = _anchors.GetValueOrDefault(alias.Value)
                ?? throw Fault($"the alias '*{alias.Value}' refers to no anchor that is complete before it", alias.Start);
            return Counted(target, target.Size, alias.Start);
        }

        SpecNode node = next switch
        {
            Scalar scalar => Single(scalar),
            SequenceStart => Sequence(depth),
            MappingStart => Mapping(depth),
            _ => throw Fault("a value is missing here", next.Start),
        };
        if (next is NodeEvent { Anchor.IsEmpty: false } anchored)
        {
            _anchors[anchored.Anchor] = node;
        }

        return node;
    }

    private SpecScalar Single(Scalar scalar)
    {
        _events.MoveNext();
        SpecPosition position = Position(scalar.Start);
        bool text = scalar.Style != ScalarStyle.Plain || IsTag(scalar, "tag:yaml.org,2002:str", "!");
        return Counted(text ? CoreScalars.Quoted(scalar.Value, position) : CoreScalars.Resolve(scalar.Value, position), 1, scalar.Start);
    }

    private SpecList Sequence(int depth)
    {
        SequenceStart start = _events.Consume<SequenceStart>();
        IsTag(start, "tag:yaml.org,2002:seq");
        var items = ImmutableArray.CreateBuilder<SpecNode>();
        while (!_events.TryConsume<SequenceEnd>(out _))
        {
            items.Add(Node(depth + 1));
        }

        return Counted(new SpecList(Position(start.Start), items.ToImmutable()), 1, start.Start);
    }

    private SpecMap Mapping(int depth)
    {
        MappingStart start = _events.Consume<MappingStart>();
        IsTag(start, "tag:yaml.org,2002:map");
        var entries = ImmutableArray.CreateBuilder<SpecEntry>();
        var firstLines = new Dictionary<string, long>();
        while (!_events.TryConsume<MappingEnd>(out _))
        {
            if (!_events.TryConsume<Scalar>(out Scalar? key))
            {
                throw Fault("a key must be a single word", _events.Current!.Start);
            }

            if (!firstLines.TryAdd(key.Value, key.Start.Line))
            {
                throw Fault($"the key '{key.Value}' stands twice in one section (first in line {firstLines[key.Value]}); keep one of them", key.Start);
            }

            entries.Add(new SpecEntry(key.Value, Position(key.Start), Node(depth + 1)));
        }

        return Counted(new SpecMap(Position(start.Start), entries.ToImmutable()), 1, start.Start);
    }

    private T Counted<T>(T node, int size, Mark at)
        where T : SpecNode
    {
        _nodes += size;
        return _nodes <= MaxNodes ? node : throw Fault($"the spec has more than {MaxNodes:N0} values, its aliases written out", at);
    }

    /// <summary>False when there is no tag; a tag other than those allowed is refused, since it would change what the value means.</summary>
    private bool IsTag(NodeEvent node, params ReadOnlySpan<string> allowed)
    {
        if (node.Tag.IsEmpty)
        {
            return false;
        }

        return allowed.Contains(node.Tag.Value) ? true : throw Fault($"the tag '{node.Tag.Value}' is not supported; leave it out", node.Start);
    }

    private SpecPosition Position(Mark mark) => new((int)mark.Line, (int)mark.Column, _override);

    private SpecSyntaxException Fault(string what, Mark mark) =>
        new($"Line {mark.Line}, column {mark.Column}: {what}.", Position(mark));
}
