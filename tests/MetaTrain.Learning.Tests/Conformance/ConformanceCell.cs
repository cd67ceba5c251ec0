using System.Text.Json;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Datasets.Sinusoids;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tests.Experiments;

namespace MetaTrain.Learning.Tests.Conformance;

/// <summary>A method with a model on a problem: all of them together are the matrix that every registered method stands in.</summary>
internal static class ConformanceCell
{
    private static readonly (string Name, string Spec)[] ModelSpecs =
    [
        ("mlp", """{ "kind": "mlp", "hidden": [12] }"""),
        ("no-conv", """{ "kind": "no-conv", "hidden": [12, 8] }"""),
        ("conv4", """{ "kind": "conv4", "filters": 4 }"""),
        ("conv4-max", """{ "kind": "conv4", "filters": 4, "pooling": "max" }"""),
        ("resnet12", """{ "kind": "resnet12", "widths": [4, 4, 4, 4] }"""),
    ];

    private static readonly (string Name, ITaskSource Source)[] Problems =
    [
        ("vectors", new SharedDirectionsSource(3, 2, 2, (1.5, 1.2), 8)),
        ("images", new SharedDirectionsSource(3, 2, 2, (0.4, 0.4), 1, 16, 16)),
        ("regression", new SinusoidTaskSource(new SinusoidOptions { Shots = 6, Queries = 6 })),
    ];

    /// <summary>One for each kind that is registered, with the options that seconds of training suffice for; tests of their own have the others.</summary>
    private static readonly Dictionary<string, string> Methods = new(StringComparer.Ordinal)
    {
        ["maml"] = """{ "kind": "maml", "innerSteps": 2, "innerLearningRate": 0.1 }""",
        ["imaml"] = """{ "kind": "imaml", "innerSteps": 4, "innerLearningRate": 0.05, "regularization": 1, "conjugateGradientSteps": 3 }""",
        ["anil"] = """{ "kind": "anil", "innerSteps": 2, "innerLearningRate": 0.1 }""",
        ["reptile"] = """{ "kind": "reptile", "innerOptimizer": "adam", "innerSteps": 8, "innerShots": 1, "innerLearningRate": 0.02 }""",
        ["meta-sgd"] = """{ "kind": "meta-sgd", "innerSteps": 2 }""",
        ["maml-plus-plus"] = """{ "kind": "maml-plus-plus", "innerSteps": 2, "innerLearningRate": 0.1, "multiStepLoss": false }""",
        ["hsml"] = """{ "kind": "hsml", "width": 8, "embedding": 8, "innerSteps": 2, "innerLearningRate": 0.1, "reconstruction": 0 }""",
        ["lstm-optimizer"] = """{ "kind": "lstm-optimizer", "innerSteps": 4, "truncation": 2, "hiddenUnits": 4 }""",
        ["proto-net"] = """{ "kind": "proto-net" }""",
        ["matching-net"] = """{ "kind": "matching-net", "fullContext": true, "processingSteps": 2 }""",
        ["relation-net"] = """{ "kind": "relation-net", "filters": 6 }""",
        ["gnn"] = """{ "kind": "gnn", "heads": 2, "blocks": 2, "edgeWidth": 8, "width": 6 }""",
        ["meta-net"] = """{ "kind": "meta-net", "width": 8, "generatorWidth": 6 }""",
        ["gaussian-proto"] = """{ "kind": "gaussian-proto" }""",
        ["proto-transfer"] = """{ "kind": "proto-transfer", "innerSteps": 3 }""",
    };

    /// <summary>Methods that tell classes apart and nothing else.</summary>
    public static readonly string[] ClassesOnly =
    [
        "proto-net",
        "matching-net",
        "relation-net",
        "gnn",
        "meta-net",
        "gaussian-proto",
        "proto-transfer",
    ];

    /// <summary>Methods whose direction is no gradient of their loss, and what proves them instead.</summary>
    private static readonly Dictionary<string, string> NoGradient = new(StringComparer.Ordinal)
    {
        ["meta-net"] = "MetaNetTests: gradients enter it as detached inputs",
        ["lstm-optimizer"] = "LstmOptimizerTests: gradients enter it as detached inputs",
        ["imaml"] = "ImplicitMamlTests: the gradient of where the inner loop tends to, not of where its steps end",
        ["reptile"] = "AlgorithmTests.Reptile_FollowsAdamWithoutMomentum_ByHand",
    };

    /// <summary>
    /// Where seconds of training do not lower the loss on new tasks, and why. The learned optimizer needs minutes for functions as different
    /// as waves (<c>OptimizerContestTests</c> shows it learning). Reptile does worse with a perceptron on these images than its
    /// random start, which adapts to a loss of 0.4 at once; it learns in every other cell since its steps see mini-batches.
    /// </summary>
    private static readonly (string Method, string Model, string Problem)[] NotLearned =
    [
        ("reptile", "mlp", "images"),
        ("lstm-optimizer", "mlp", "regression"),
        ("lstm-optimizer", "no-conv", "regression"),
    ];

    /// <summary>
    /// ResNet-12 is computed through autograd alone: its column of trainings takes minutes. The matrix trains it with this
    /// method (<c>ResNet12Tests</c> with MAML and implicit MAML too), and with all where METATRAIN_CONFORMANCE is all, as
    /// <c>benchmarks/train matrix</c> sets it for docs/results.md. Refusals and gradients are always asked of every cell.
    /// </summary>
    private static readonly string[] TrainedWithResNet12 = ["proto-net"];

    private static readonly bool TrainsAll = Environment.GetEnvironmentVariable("METATRAIN_CONFORMANCE") == "all";

    /// <summary>Every method with every model on every problem.</summary>
    public static IEnumerable<(string Method, string Model, string Problem)> All =>
        from entry in AlgorithmRegistry.All.Entries
        from model in ModelSpecs
        from problem in Problems
        select (entry.Kind, model.Name, problem.Name);

    /// <summary>The cells that are trained, for a few iterations.</summary>
    public static TheoryData<string, string, string> Trained => [.. All.Where(IsTrained)];

    /// <summary>The cells in which seconds of training show.</summary>
    public static TheoryData<string, string, string> Learned =>
        [.. All.Where(cell => IsTrained(cell) && !NotLearned.Contains(cell))];

    /// <summary>The cells whose direction is the gradient of the loss.</summary>
    public static TheoryData<string, string, string> WithGradient =>
        [.. All.Where(cell => Refusal(cell.Method, cell.Model, cell.Problem) is null && !NoGradient.ContainsKey(cell.Method))];

    /// <summary>The key that a cell is refused for; null where it is supported.</summary>
    public static string? Refusal(string method, string model, string problem) => (method, model, problem) switch
    {
        (_, "conv4" or "conv4-max" or "resnet12", not "images") => "model.kind",
        (var kind, _, "regression") when ClassesOnly.Contains(kind) => "algorithm.kind",
        _ => null,
    };

    private static bool IsTrained((string Method, string Model, string Problem) cell) =>
        Refusal(cell.Method, cell.Model, cell.Problem) is null && (TrainsAll || cell.Model != "resnet12" || TrainedWithResNet12.Contains(cell.Method));

    /// <summary>The experiment of a cell.</summary>
    public static Experiment Create(string method, string model, string problem) => Experiment.Create(
        Specs.Of(Methods[method], ModelSpecs.Single(entry => entry.Name == model).Spec, Meta(method, problem)), SourceOf(problem));

    /// <summary>The experiment of a method and a model on other images.</summary>
    public static Experiment Create(string method, string model, ITaskSource images, ComputePath? path = null) => Experiment.Create(
        Specs.Of(Methods[method], ModelSpecs.Single(entry => entry.Name == model).Spec, Meta(method, "images")), images, path);

    /// <summary>The method of a cell by itself.</summary>
    public static IMetaAlgorithm CreateMethod(string method, string model, string problem)
    {
        var shape = SourceOf(problem).TrainingShape;
        var loss = shape.IsRegression ? (ExampleLoss)Losses.MeanSquaredError : Losses.CrossEntropy;
        var network = ModelRegistry.All.Read(Json(ModelSpecs.Single(entry => entry.Name == model).Spec)).Create(shape);
        return AlgorithmRegistry.All.Read(Json(Methods[method])).Create(new AlgorithmContext(network, loss, shape));
    }

    /// <summary>Where a problem's tasks come from.</summary>
    public static ITaskSource SourceOf(string problem) => Problems.Single(entry => entry.Name == problem).Source;

    // Reptile's direction is a displacement: its outer step is plain. Images have many inputs, and each moves what a layer sums.
    private static string Meta(string method, string problem) => (method, problem) switch
    {
        ("reptile", _) => """{ "iterations": 100, "tasksPerIteration": 6, "optimizer": "sgd", "learningRate": 0.1 }""",
        (_, "images") => """{ "iterations": 100, "tasksPerIteration": 6, "optimizer": "adam", "learningRate": 0.002 }""",
        _ => """{ "iterations": 100, "tasksPerIteration": 6, "optimizer": "adam", "learningRate": 0.01 }""",
    };

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);
}
