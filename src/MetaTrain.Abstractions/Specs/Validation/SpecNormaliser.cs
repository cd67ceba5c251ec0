using System.Collections.Immutable;
using MetaTrain.Abstractions.Specs.Reading;

namespace MetaTrain.Abstractions.Specs.Validation;

/// <summary>
/// Brings a document to its one form: keys in the schema's order, every default written out, one value where a list of it may stand
/// as a list, an empty value left out. So specs that mean the same are the same text, and a stored job keeps its meaning
/// when a later build has other defaults.
/// </summary>
internal static class SpecNormaliser
{
    public static SpecNode Normalise(SpecNode node, SchemaNode schema)
    {
        switch (node)
        {
            case SpecMap map:
                return schema.Branches.IsEmpty ? Section(map, schema) : Union(map, schema);
            case SpecScalar { Kind: ScalarKind.Text } word when schema.Shorthand.Any(allowed => allowed.Text == word.Text):
                return Union(new SpecMap(word.Position, [new SpecEntry(schema.Discriminator!, word.Position, word)]), schema);
            case SpecList list when schema.Items is { } items:
                return list with { Items = [.. list.Items.Select(item => Normalise(item, items))] };
            case SpecScalar { Kind: not ScalarKind.Null } scalar when schema.Types.Contains(SchemaType.Array) && schema.Types.Length > 1 && schema is { Items: { } single, MinItems: null or <= 1 }:
                return new SpecList(scalar.Position, [Normalise(scalar, single)]);
            case SpecScalar { Kind: ScalarKind.Integer or ScalarKind.Number } number:
                return Number(number, schema);
            default:
                return node;
        }
    }

    private static SpecMap Union(SpecMap map, SchemaNode schema)
    {
        if (SchemaMatch.Branch(map, schema) is not { } branch)
        {
            return map;
        }

        return map.Find(schema.Discriminator!) is null && SchemaMatch.DefaultBranch(schema) is { } kind
            ? Section(map.With(new SpecEntry(schema.Discriminator!, map.Position, new SpecScalar(map.Position, ScalarKind.Text, kind))), branch)
            : Section(map, branch);
    }

    private static SpecMap Section(SpecMap map, SchemaNode schema)
    {
        var entries = ImmutableArray.CreateBuilder<SpecEntry>();
        foreach (SchemaProperty property in schema.Properties)
        {
            SpecEntry? written = map.Entries.FirstOrDefault(entry => entry.Key == property.Key);
            SpecNode? value = IsNull(written?.Value) ? property.Schema.Default : written!.Value;
            if (!IsNull(value))
            {
                entries.Add(new SpecEntry(property.Key, written?.Position ?? map.Position, Normalise(value!, property.Schema)));
            }
        }

        entries.AddRange(map.Entries.Where(entry => schema.Find(entry.Key) is null).OrderBy(entry => entry.Key, StringComparer.Ordinal));
        return map with { Entries = entries.ToImmutable() };
    }

    /// <summary>1e3 where a whole number is asked for is 1000; 1 where any number is asked for is the same as 1.0.</summary>
    private static SpecScalar Number(SpecScalar number, SchemaNode schema)
    {
        bool whole = number.Kind == ScalarKind.Integer || SchemaMatch.IsWhole(number.Number);
        return schema.Types.Contains(SchemaType.Number) || !whole
            ? number with { Kind = ScalarKind.Number }
            : number with { Kind = ScalarKind.Integer, Integer = number.Kind == ScalarKind.Integer ? number.Integer : (Int128)number.Number };
    }

    private static bool IsNull(SpecNode? node) => node is null or SpecScalar { Kind: ScalarKind.Null };
}
