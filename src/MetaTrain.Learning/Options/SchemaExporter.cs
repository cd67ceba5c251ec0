using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;

namespace MetaTrain.Learning.Options;

/// <summary>
/// Writes what the registries declare as one JSON schema (draft 2020-12), so that a client can refuse a wrong spec without
/// knowing any mathematics.
/// </summary>
public static class SchemaExporter
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema of these sections.</summary>
    /// <param name="sections">The registries, one a section.</param>
    public static JsonObject Export(IEnumerable<KindRegistry> sections)
    {
        var properties = new JsonObject();
        foreach (var section in sections)
        {
            properties[section.Section] = ExportSection(section);
        }

        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "The sections of a MetaTrain job spec that belong to the mathematics",
            ["type"] = "object",
            ["properties"] = properties,
        };
    }

    /// <summary>The schema as text, indented, ending in a newline.</summary>
    /// <param name="schema">The schema.</param>
    public static string ToText(JsonObject schema) => schema.ToJsonString(Indented) + "\n";

    private static JsonObject ExportSection(KindRegistry registry)
    {
        var branches = new JsonArray();
        if (registry.Shorthand)
        {
            branches.Add(new JsonObject { ["type"] = "string", ["enum"] = Names(registry.Entries.SelectMany(entry => entry.Names)) });
        }

        foreach (var entry in registry.Entries)
        {
            var names = Names(entry.Names);
            var choice = names.Count == 1 ? new JsonObject { ["const"] = entry.Kind } : new JsonObject { ["enum"] = names };
            branches.Add(ExportBranch(entry, registry, choice, optional: entry.Kind == registry.DefaultKind));
        }

        if (registry.Fallback is { } fallback)
        {
            var choice = new JsonObject
            {
                ["type"] = "string",
                ["minLength"] = 1,
                ["not"] = new JsonObject { ["enum"] = Names(registry.Entries.SelectMany(entry => entry.Names)) },
                ["description"] = fallback.Kind,
            };
            branches.Add(ExportBranch(fallback, registry, choice, optional: false));
        }

        return registry.Shorthand
            ? new JsonObject { ["oneOf"] = branches }
            : new JsonObject { ["type"] = "object", ["oneOf"] = branches };
    }

    private static JsonObject ExportBranch(KindEntry entry, KindRegistry registry, JsonObject choice, bool optional)
    {
        var options = new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = (context, node) => Annotate(context, node, entry.OptionsType) };
        var schema = OptionsReader.Json.GetJsonSchemaAsNode(entry.OptionsType, options).AsObject();
        SchemaReferences.Inline(schema);

        var properties = new JsonObject { [registry.Discriminator] = choice };
        foreach (var (name, property) in schema["properties"]?.AsObject() ?? [])
        {
            properties[name] = property?.DeepClone();
        }

        var required = new JsonArray(optional ? [] : [registry.Discriminator]);
        foreach (var name in schema["required"]?.AsArray() ?? [])
        {
            required.Add(name?.DeepClone());
        }

        var branch = new JsonObject
        {
            ["title"] = entry.Kind,
            ["description"] = entry.Description,
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = required,
            ["additionalProperties"] = false,
        };
        return branch;
    }

    /// <summary>Adds to a property's schema what its attributes and its default say.</summary>
    private static JsonNode Annotate(JsonSchemaExporterContext context, JsonNode schema, Type optionsType)
    {
        if (context.TypeInfo.Converter is IKindConverter union)
        {
            schema = ExportSection(union.Registry);
        }

        if (context.TypeInfo.Converter is ISchemaConverter own)
        {
            schema = own.Schema;
        }

        if (schema is not JsonObject node || context.PropertyInfo is not { } property)
        {
            return schema;
        }

        // The exporter leaves out what it knows nothing of: elements that have a converter.
        if (OptionsValidation.ElementType(property.PropertyType) is { } element && OptionsReader.Json.GetTypeInfo(element).Converter is IKindConverter each)
        {
            node["items"] = ExportSection(each.Registry);
        }

        var attributes = property.AttributeProvider;
        foreach (var description in OptionsValidation.Attributes<DescriptionAttribute>(attributes))
        {
            node.Insert(0, "description", description.Description);
        }

        // On a list, bounds and choices speak of its elements; where one value may stand for a list, of both.
        var items = node["items"] as JsonObject;
        JsonObject[] targets = items is null ? [node] : context.TypeInfo.Converter is ISchemaConverter ? [node, items] : [items];
        foreach (var target in targets)
        {
            foreach (var range in OptionsValidation.Attributes<RangeAttribute>(attributes))
            {
                var (minimum, maximum) = OptionsValidation.Bounds(range);
                SetBound(target, range.MinimumIsExclusive ? "exclusiveMinimum" : "minimum", minimum);
                SetBound(target, range.MaximumIsExclusive ? "exclusiveMaximum" : "maximum", maximum);
            }

            foreach (var allowed in OptionsValidation.Attributes<AllowedValuesAttribute>(attributes))
            {
                target["enum"] = JsonSerializer.SerializeToNode(allowed.Values);
            }
        }

        // An inherited option takes the default of the record that inherits it.
        var owner = property.DeclaringType.IsAssignableFrom(optionsType) ? optionsType : property.DeclaringType;
        if (!property.IsRequired && property.Get is { } get && get(Activator.CreateInstance(owner)!) is { } value)
        {
            node["default"] = JsonSerializer.SerializeToNode(value, property.PropertyType, OptionsReader.Json);
        }

        return node;
    }

    private static void SetBound(JsonObject node, string keyword, double? bound)
    {
        if (bound is { } number)
        {
            node[keyword] = number == Math.Floor(number) && Math.Abs(number) < 1e15 ? JsonValue.Create((long)number) : JsonValue.Create(number);
        }
    }

    private static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(name => JsonValue.Create(name))]);
}
