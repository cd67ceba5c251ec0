using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace MetaTrain.Abstractions.Specs.Reading;

/// <summary>Reads a spec that is JSON (as jobs are stored and submitted) to the same tree as YAML.</summary>
internal sealed class JsonSpecParser
{
    /// <summary>Where each line starts; empty for a single line, as stored specs are: then positions are not worth naming.</summary>
    private readonly List<long> _lineStarts = [];

    private JsonSpecParser(ReadOnlySpan<byte> utf8)
    {
        if (!utf8.Contains((byte)'\n'))
        {
            return;
        }

        _lineStarts.Add(0);
        for (int index = 0; index < utf8.Length; index++)
        {
            if (utf8[index] == '\n')
            {
                _lineStarts.Add(index + 1);
            }
        }
    }

    public static bool TryParse(string json, out SpecNode root, out SpecProblem? problem)
    {
        root = new SpecScalar(SpecPosition.None, ScalarKind.Null, "null");
        problem = null;
        if (json.Length > YamlSpecParser.MaxCharacters)
        {
            problem = new SpecProblem("", $"The spec has {json.Length:N0} characters, but at most {YamlSpecParser.MaxCharacters:N0} are read.");
            return false;
        }

        byte[] utf8 = Encoding.UTF8.GetBytes(json);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = YamlSpecParser.MaxDepth });
        try
        {
            reader.Read();
            root = new JsonSpecParser(utf8).Node(ref reader);
            reader.Read();
            return true;
        }
        catch (SpecSyntaxException fault)
        {
            problem = fault.ToProblem();
        }
        catch (InvalidOperationException)
        {
            // The reader's word for an escape such as \ud800 without its other half.
            problem = new SpecProblem("", "The spec is not valid JSON: it holds text with half of a surrogate pair.");
        }
        catch (JsonException fault)
        {
            problem = new SpecProblem("", $"The spec is not valid JSON at line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}.", (int?)fault.LineNumber + 1);
        }

        return false;
    }

    private SpecNode Node(ref Utf8JsonReader reader)
    {
        SpecPosition position = Position(reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return Map(ref reader, position);
            case JsonTokenType.StartArray:
                var items = ImmutableArray.CreateBuilder<SpecNode>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Node(ref reader));
                }

                return new SpecList(position, items.ToImmutable());
            case JsonTokenType.String:
                return CoreScalars.Quoted(reader.GetString()!, position);
            default:
                return CoreScalars.Resolve(Encoding.UTF8.GetString(reader.ValueSpan), position);
        }
    }

    private SpecMap Map(ref Utf8JsonReader reader, SpecPosition position)
    {
        var entries = ImmutableArray.CreateBuilder<SpecEntry>();
        var keys = new HashSet<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string key = reader.GetString()!;
            SpecPosition at = Position(reader.TokenStartIndex);
            if (!keys.Add(key))
            {
                throw new SpecSyntaxException($"The key '{key}'{at} stands twice in one section; keep one of them.", at);
            }

            reader.Read();
            entries.Add(new SpecEntry(key, at, Node(ref reader)));
        }

        return new SpecMap(position, entries.ToImmutable());
    }

    private SpecPosition Position(long index)
    {
        if (_lineStarts.Count == 0)
        {
            return SpecPosition.None;
        }

        int line = _lineStarts.BinarySearch(index);
        line = line < 0 ? ~line - 1 : line;
        return new SpecPosition(line + 1, (int)(index - _lineStarts[line]) + 1);
    }
}
