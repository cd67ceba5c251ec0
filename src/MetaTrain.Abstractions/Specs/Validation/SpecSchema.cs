using System.Reflection;
using System.Text.Json.Nodes;

namespace MetaTrain.Abstractions.Specs.Validation;

/// <summary>The schema of a whole spec: the cluster's sections, with those of the mathematics put in.</summary>
internal static class SpecSchema
{
    private const string JobResource = "MetaTrain.Abstractions.Specs.job.schema.json";
    private const string LearningResource = "MetaTrain.Abstractions.Specs.learning.schema.json";

    private static readonly Lazy<JsonObject> Embedded = new(() => Compose(Resource(JobResource), Resource(LearningResource)));
    private static readonly Lazy<SchemaNode> EmbeddedRoot = new(() => SchemaReader.Read(Embedded.Value));

    /// <summary>This build's schema.</summary>
    public static SchemaNode Root => EmbeddedRoot.Value;

    /// <summary>This build's schema as JSON.</summary>
    public static string Json => Embedded.Value.ToJsonString();

    /// <summary>The cluster's own part, without the mathematics.</summary>
    public static JsonObject Job() => Resource(JobResource);

    /// <summary>
    /// Puts the properties <c>data</c>, <c>model</c> and <c>algorithm</c> of <paramref name="learning"/> in place of the job schema's own,
    /// and lays the job schema's keys of <c>meta</c> over each alternative of learning's <c>meta</c>.
    /// </summary>
    /// <exception cref="InvalidDataException">Learning's schema lacks a section.</exception>
    public static JsonObject Compose(JsonObject job, JsonObject learning)
    {
        JsonObject sections = job["properties"]!.AsObject();
        JsonObject theirs = learning["properties"] as JsonObject ?? throw new InvalidDataException("learning.schema.json has no properties.");
        foreach (string section in (string[])["data", "model", "algorithm"])
        {
            sections[section] = Section(theirs, section);
        }

        JsonObject meta = Section(theirs, "meta");
        JsonObject own = sections["meta"]!.AsObject();
        foreach (JsonNode? branch in meta["oneOf"] as JsonArray ?? [meta])
        {
            Extend(Resolve(branch!.AsObject(), learning), own);
        }

        sections["meta"] = meta;
        if (learning["$defs"] is JsonObject definitions)
        {
            job["$defs"] = definitions.DeepClone();
        }

        return job;
    }

    private static JsonObject Section(JsonObject theirs, string section) =>
        theirs[section]?.DeepClone() as JsonObject ?? throw new InvalidDataException($"learning.schema.json does not describe the section '{section}'.");

    /// <summary>Alternatives may stand under $defs.</summary>
    private static JsonObject Resolve(JsonObject branch, JsonObject learning)
    {
        if (branch["$ref"]?.GetValue<string>() is not { } reference)
        {
            return branch;
        }

        JsonNode? target = reference.Split('/').Skip(1).Aggregate((JsonNode?)learning, (node, step) => node?[step]);
        return target as JsonObject ?? throw new InvalidDataException($"learning.schema.json refers to '{reference}', which is not there.");
    }

    private static void Extend(JsonObject branch, JsonObject own)
    {
        var properties = new JsonObject();
        foreach ((string key, JsonNode? value) in own["properties"]!.AsObject().Concat(branch["properties"] as JsonObject ?? []))
        {
            properties.TryAdd(key, value?.DeepClone());
        }

        IEnumerable<string> required = own["required"]!.AsArray().Concat(branch["required"] as JsonArray ?? []).Select(key => key!.GetValue<string>());
        branch["properties"] = properties;
        branch["required"] = new JsonArray([.. required.Distinct().Select(key => JsonValue.Create(key))]);
    }

    private static JsonObject Resource(string name)
    {
        using Stream content = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidDataException($"This build lacks {name}.");
        return JsonNode.Parse(content)!.AsObject();
    }
}
