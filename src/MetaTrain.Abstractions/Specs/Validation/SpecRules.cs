using System.Numerics;
using MetaTrain.Abstractions.Specs.Reading;

namespace MetaTrain.Abstractions.Specs.Validation;

/// <summary>What a schema cannot say: rules between keys, and on the inside of a value. None needs any mathematics.</summary>
internal sealed class SpecRules
{
    private readonly SpecNode _root;
    private readonly HashSet<string> _refused;
    private readonly List<LocatedProblem> _problems = [];

    private SpecRules(SpecNode root, IEnumerable<LocatedProblem> refused)
    {
        _root = root;
        _refused = [.. refused.Select(problem => problem.Path)];
    }

    /// <summary>What is wrong beyond what the schema has refused already.</summary>
    /// <param name="normalised">The document with its defaults.</param>
    /// <param name="refused">The schema's problems.</param>
    public static IReadOnlyList<LocatedProblem> Check(SpecNode normalised, IReadOnlyList<LocatedProblem> refused)
    {
        var rules = new SpecRules(normalised, refused);
        rules.Name();
        rules.ValidationFallsWithinTraining();
        rules.BlockSizeIsPowerOfTwo();
        rules.WaysNeedClasses("evaluation.final.ways");
        rules.InitialVersionIsNamed();
        rules.PrecisionFitsTheDevice();
        rules.FusedPathFitsTheResources();
        return rules._problems;
    }

    private void Name()
    {
        if (Find("name") is SpecScalar { Kind: ScalarKind.Text } name && (name.Text.Any(char.IsControl) || string.IsNullOrWhiteSpace(name.Text)))
        {
            Add("name", name, "must be one line of visible characters");
        }
    }

    private void ValidationFallsWithinTraining()
    {
        if (Whole("evaluation.validation.every") is { } every && Whole("meta.iterations") is { } iterations && every.Integer > iterations.Integer)
        {
            Add("evaluation.validation.every", every, $"must be at most 'meta.iterations', which is {iterations.Integer}");
        }
    }

    private void BlockSizeIsPowerOfTwo()
    {
        if (Whole("plan.blockSize") is { } size && !BitOperations.IsPow2((long)size.Integer))
        {
            Add("plan.blockSize", size, "must be a power of two");
        }
    }

    private void WaysNeedClasses(string path)
    {
        if (Whole(path) is { } ways && !_refused.Any(refused => refused.StartsWith("data", StringComparison.Ordinal))
            && Find("data") is SpecMap data && data.Find("ways") is null)
        {
            Add(path, ways, "must be left out, because 'data' has no 'ways' (its tasks have no classes)");
        }
    }

    private void InitialVersionIsNamed()
    {
        if (Find("initialize.at") is SpecScalar { Kind: ScalarKind.Text } at && at.Text is not ("last" or "best"))
        {
            string? meant = NearestName.Find(at.Text, ["last", "best"]);
            Add("initialize.at", at, "must be last, best or an iteration", meant);
        }
    }

    private void PrecisionFitsTheDevice()
    {
        if (Text("resources.precision", ResourcesSpec.Tf32) is { } precision && Text("resources.device", "cpu") is not null)
        {
            Add("resources.precision", precision, "must be float32 or bf16 where 'resources.device' is \"cpu\"");
        }
    }

    private void FusedPathFitsTheResources()
    {
        if (Text("plan.path", PlanSpec.FusedPath) is not { } path)
        {
            return;
        }

        if (Text("resources.device", "cuda") is not null)
        {
            Add("plan.path", path, "must be left out, or autograd, where 'resources.device' is \"cuda\"");
        }
        else if ((Text("resources.precision", ResourcesSpec.Tf32) ?? Text("resources.precision", ResourcesSpec.Bfloat16)) is { } precision)
        {
            Add("plan.path", path, $"must be left out, or autograd, where 'resources.precision' is {Wording.Show(precision)}");
        }
    }

    private SpecScalar? Text(string path, string value) => Find(path) as SpecScalar is { Kind: ScalarKind.Text } text && text.Text == value ? text : null;

    private SpecScalar? Whole(string path) => Find(path) as SpecScalar is { Kind: ScalarKind.Integer } number ? number : null;

    private SpecNode? Find(string path) =>
        _refused.Contains(path) ? null : path.Split('.').Aggregate((SpecNode?)_root, (node, key) => (node as SpecMap)?.Find(key));

    private void Add(string path, SpecScalar value, string rule, string? meant = null) =>
        _problems.Add(new LocatedProblem(
            value.Position, path, $"'{path}'{value.Position} is {Wording.Show(value)}, but {rule}{(meant is null ? "." : $"; did you mean '{meant}'?")}"));
}
