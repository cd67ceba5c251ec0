using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Specs.Reading;

namespace MetaTrain.Abstractions.Specs.Validation;

/// <summary>
/// Reads a JSON schema. A keyword that the validator does not enforce is refused here, when the build's own tests run,
/// so that no constraint is written down and then silently ignored.
/// </summary>
internal sealed class SchemaReader(JsonObject document)
{
    private const int MaxReferences = 64;

    /// <summary>What only tells people or editors something.</summary>
    private static readonly HashSet<string> Annotations =
        ["$schema", "$id", "$defs", "$comment", "title", "description", "examples", "format", "deprecated"];

    /// <exception cref="InvalidDataException">The schema uses what the validator does not know.</exception>
    public static SchemaNode Read(JsonObject document) => new SchemaReader(document).Node(document, "#", 0);

    private SchemaNode Node(JsonNode? node, string at, int references)
    {
        if (node is JsonValue flag && flag.TryGetValue(out bool anything) && anything)
        {
            return new SchemaNode();
        }

        JsonObject schema = node as JsonObject ?? throw Fault(at, "is not an object");
        if (schema["$ref"] is JsonNode reference)
        {
            return Referenced(schema, reference.GetValue<string>(), at, references);
        }

        var read = new SchemaNode();
        HashSet<string> required = [.. (schema["required"] as JsonArray ?? []).Select(key => key!.GetValue<string>())];
        foreach ((string keyword, JsonNode? value) in schema)
        {
            read = Keyword(read, keyword, value, required, $"{at}/{keyword}", references);
        }

        return read.Types.IsEmpty ? read with { Types = Implied(read) } : read;
    }

    /// <summary>The types that a schema without <c>type</c> can only mean.</summary>
    private static ImmutableArray<SchemaType> Implied(SchemaNode read) =>
        read.Properties.Length > 0 || read.Branches.Length > 0 ? [SchemaType.Object]
        : [.. read.Values.Select(value => value.Kind switch
        {
            ScalarKind.Boolean => SchemaType.Boolean,
            ScalarKind.Integer or ScalarKind.Number => SchemaType.Number,
            ScalarKind.Null => SchemaType.Null,
            _ => SchemaType.String,
        }).Distinct()];

    private SchemaNode Keyword(SchemaNode read, string keyword, JsonNode? value, HashSet<string> required, string at, int references) => keyword switch
    {
        "type" => read with { Types = Types(value, at) },
        "const" => read with { Values = [Scalar(value, at)] },
        "enum" => read with { Values = [.. value!.AsArray().Select(item => Scalar(item, at))] },
        "not" => read with { Except = Node(value, at, references).Values },
        "minimum" => read with { Range = read.Range with { Minimum = Scalar(value, at) } },
        "maximum" => read with { Range = read.Range with { Maximum = Scalar(value, at) } },
        "exclusiveMinimum" => read with { Range = read.Range with { ExclusiveMinimum = Scalar(value, at) } },
        "exclusiveMaximum" => read with { Range = read.Range with { ExclusiveMaximum = Scalar(value, at) } },
        "minLength" => read with { MinLength = value!.GetValue<int>() },
        "maxLength" => read with { MaxLength = value!.GetValue<int>() },
        "minItems" => read with { MinItems = value!.GetValue<int>() },
        "maxItems" => read with { MaxItems = value!.GetValue<int>() },
        "uniqueItems" => read with { UniqueItems = value!.GetValue<bool>() },
        "items" => read with { Items = Node(value, at, references) },
        "properties" => read with
        {
            Properties = [.. value!.AsObject().Select(item => new SchemaProperty(item.Key, Node(item.Value, $"{at}/{item.Key}", references), required.Contains(item.Key)))],
        },
        "required" => read,
        "additionalProperties" or "unevaluatedProperties" => read with { IsOpen = value!.GetValue<bool>() },
        "oneOf" => Union(read, value!.AsArray(), at, references),
        "discriminator" => read with { Discriminator = (value as JsonObject)?["propertyName"]?.GetValue<string>() ?? throw Fault(at, "has no propertyName") },
        "default" => read with { Default = Value(value, at) },
        _ when Annotations.Contains(keyword) => read,
        _ => throw Fault(at, "is a keyword that the validator does not enforce"),
    };

    private SchemaNode Union(SchemaNode read, JsonArray alternatives, string at, int references)
    {
        SchemaNode[] all = [.. alternatives.Select((branch, index) => Node(branch, $"{at}/{index}", references))];
        ImmutableArray<SchemaNode> branches = [.. all.Where(branch => branch.Properties.Length > 0)];
        string? selector = read.Discriminator ?? branches
            .SelectMany(branch => branch.Properties)
            .GroupBy(property => property.Key)
            .FirstOrDefault(group => group.Count() == branches.Length && group.Count(property => property.Schema.Values.Length > 0) >= branches.Length - 1)?.Key;
        ImmutableArray<SpecScalar> shorthand = [.. all.Where(branch => branch.Properties.IsEmpty).SelectMany(branch => branch.Values)];
        return read with { Branches = branches, Shorthand = shorthand, Discriminator = selector ?? throw Fault(at, "has no key that selects one of its alternatives") };
    }

    private SchemaNode Referenced(JsonObject schema, string reference, string at, int references)
    {
        if (references >= MaxReferences)
        {
            throw Fault(at, $"refers in a circle, by '{reference}'");
        }

        JsonNode? target = document;
        foreach (string step in reference.StartsWith("#/", StringComparison.Ordinal) ? reference[2..].Split('/') : throw Fault(at, $"refers outside of the document, to '{reference}'"))
        {
            target = (target as JsonObject)?[step] ?? throw Fault(at, $"refers to '{reference}', which is not there");
        }

        SchemaNode read = Node(target, reference, references + 1);
        foreach ((string keyword, JsonNode? value) in schema.Where(item => item.Key != "$ref"))
        {
            read = Keyword(read, keyword, value, [], $"{at}/{keyword}", references);
        }

        return read;
    }

    private static ImmutableArray<SchemaType> Types(JsonNode? value, string at) =>
        [.. (value is JsonArray several ? several.Select(item => item!.GetValue<string>()) : [value!.GetValue<string>()])
            .Select(name => Enum.TryParse(name, ignoreCase: true, out SchemaType type) ? type : throw Fault(at, $"names the unknown type '{name}'"))];

    private static SpecScalar Scalar(JsonNode? value, string at) => Value(value, at) as SpecScalar ?? throw Fault(at, "must be a single value");

    private static SpecNode Value(JsonNode? value, string at) =>
        JsonSpecParser.TryParse(value?.ToJsonString() ?? "null", out SpecNode node, out SpecProblem? problem) ? node : throw Fault(at, problem!.Sentence);

    private static InvalidDataException Fault(string at, string what) => new($"The schema's {at} {what}.");
}
