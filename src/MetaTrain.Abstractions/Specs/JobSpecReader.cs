using System.Text.Json;
using MetaTrain.Abstractions.Specs.Reading;
using MetaTrain.Abstractions.Specs.Validation;

namespace MetaTrain.Abstractions.Specs;

/// <summary>
/// Reads job specs: YAML as people write it, or JSON as it is stored. Checks everything that needs no mathematics,
/// and says all that is wrong at once. Safe for concurrent use.
/// </summary>
public sealed class JobSpecReader
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true };

    private readonly SchemaNode _schema;

    /// <summary>A reader with this build's schema.</summary>
    public JobSpecReader()
        : this(SpecSchema.Root)
    {
    }

    internal JobSpecReader(SchemaNode schema) => _schema = schema;

    /// <summary>The JSON schema of a spec, for editors and other tools.</summary>
    public static string JsonSchema => SpecSchema.Json;

    /// <summary>Reads a spec in YAML.</summary>
    /// <param name="yaml">One document of YAML 1.2 (JSON is such a document too).</param>
    /// <param name="overrides">Values laid over it, each <c>a.b.c=value</c>, later ones over earlier ones.</param>
    public JobSpecReading Read(string yaml, IReadOnlyList<string>? overrides = null)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        if (!YamlSpecParser.TryParse(yaml, out SpecNode root, out SpecProblem? fault))
        {
            return JobSpecReading.Invalid([fault!]);
        }

        var refused = new List<SpecProblem>();
        root = SpecOverrides.Apply(root, overrides ?? [], refused);
        return refused.Count > 0 ? JobSpecReading.Invalid(refused) : Check(root);
    }

    /// <summary>Reads a spec in JSON, with the same checks: what was valid for another build may not be valid for this one.</summary>
    public JobSpecReading ReadJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return JsonSpecParser.TryParse(json, out SpecNode root, out SpecProblem? fault) ? Check(root) : JobSpecReading.Invalid([fault!]);
    }

    /// <summary>The spec in a canonical text that this reader's kind has made before: a job's own, out of the store.</summary>
    /// <exception cref="InvalidDataException">The text is not such a spec.</exception>
    public static JobSpec Parse(string canonicalJson)
    {
        try
        {
            return JsonSerializer.Deserialize<JobSpec>(canonicalJson, Options) ?? throw new InvalidDataException("A stored job has no spec.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"A stored job has a spec that this build cannot read: {e.Message}", e);
        }
    }

    private JobSpecReading Check(SpecNode root)
    {
        if (root is SpecScalar { Kind: ScalarKind.Null })
        {
            return JobSpecReading.Invalid([new SpecProblem("", "The spec is empty; it needs at least name, data, model, algorithm and meta.")]);
        }

        IReadOnlyList<LocatedProblem> refused = SchemaValidator.Validate(_schema, root);
        SpecNode normalised = SpecNormaliser.Normalise(root, _schema);
        LocatedProblem[] problems = [.. refused.Concat(SpecRules.Check(normalised, refused)).OrderBy(problem => problem.Position)];
        if (problems.Length > 0)
        {
            return JobSpecReading.Invalid(problems.Select(problem => problem.ToProblem()));
        }

        string canonical = CanonicalJson.Write(normalised);
        return JobSpecReading.Valid(JsonSerializer.Deserialize<JobSpec>(canonical, Options)!, canonical);
    }
}
