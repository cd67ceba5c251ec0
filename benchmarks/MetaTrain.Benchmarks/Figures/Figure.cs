namespace MetaTrain.Benchmarks.Figures;

/// <summary>
/// A figure that is asked for: of the console's train on an example, with what differs from it, or of another figure's run, measured on
/// other episodes.
/// </summary>
/// <param name="Id">Its name on the command line and the name of its file.</param>
/// <param name="Table">The table it stands in.</param>
/// <param name="Method">What trains.</param>
/// <param name="Example">The spec in examples/, without its extension.</param>
/// <param name="Asked">The accuracy in percent that the project asks of it; 0 where it asks for none, or for errors.</param>
/// <param name="Published">What its paper reports, as text.</param>
/// <param name="Overrides">Keys of the spec that differ: key=value.</param>
internal sealed record Figure(string Id, string Table, string Method, string Example, double Asked, string Published, params string[] Overrides)
{
    private const string OneShot = "Omniglot, 5-way 1-shot, unseen characters";
    private const string FiveShot = "Omniglot, 5-way 5-shot, unseen characters";
    private const string TwentyWay = "Omniglot, 20-way 1-shot, unseen characters";
    private const string LongRun = "Omniglot, 5-way 1-shot, at the paper's settings: 60,000 iterations of 32 tasks";
    private const string WorkedExample = "Omniglot, 10-way 5-shot, a perceptron 784-256-10";
    private const string Unlabelled = "Omniglot, trained without labels";
    private const string Sinusoids = "Sinusoid, 5 points: mean squared error by number of inner steps (trained with 10 points, and one step unless said)";
    private const string Mixture = "Sinusoids, lines, quadratics and cubics mixed, 5 points: mean squared error by number of inner steps";

    // Larger tasks take longer: fewer of them, so that a run stays within its half hour.
    private static readonly string[] Shots = ["data.shots=5", "evaluation.final.shots=5", "meta.iterations=10500"];
    private static readonly string[] Ways = ["data.ways=20", "evaluation.final.ways=20"];
    private static readonly string[] GraphsOfWays =
    [
        .. Ways, "data.queries=1", "meta.iterations=2800", "meta.tasksPerIteration=4",
        "evaluation.validation.every=700", "evaluation.validation.episodes=40", "evaluation.validation.queries=2",
    ];

    private static readonly string[] FewerOfWays = [.. Ways, "data.queries=1", "meta.iterations=3600", "algorithm.multiStepIterations=360"];
    private static readonly string[] OfTwentyWays = ["--ways", "20"];
    private static readonly int[] Seeds = [7, 8, 9];
    private static readonly string[] OfFiveShots = ["--shots", "5"];

    /// <summary>The mean squared error that the project asks for after a number of inner steps; empty where it asks for none.</summary>
    public IReadOnlyDictionary<string, double> AskedErrors { get; init; } = new Dictionary<string, double>();

    /// <summary>True when what was trained is an optimizer, to be run against those made by hand.</summary>
    public bool IsContest { get; init; }

    /// <summary>True when the page shows how its run learned.</summary>
    public bool HasCurve { get; init; }

    /// <summary>True when docs/methods.md shows how its run adapts to a task.</summary>
    public bool HasTask { get; init; }

    /// <summary>The name of its picture in docs/, where it has one.</summary>
    public string Picture => Id + ".svg";

    /// <summary>The name of the picture of a task in docs/, where it has one.</summary>
    public string TaskPicture => Id + "-task.svg";

    /// <summary>The figure whose run is evaluated in place of a run of its own; null for one that trains.</summary>
    public string? Of { get; init; }

    /// <summary>How that run is evaluated: options of <c>metatrain evaluate</c>.</summary>
    public IReadOnlyList<string> Evaluation { get; init; } = [];

    /// <summary>All of them, in the order of their tables.</summary>
    public static IReadOnlyList<Figure> All { get; } =
    [
        new("maml", OneShot, "MAML", "omniglot-maml", 97, "98.7"),
        new("fomaml", OneShot, "FOMAML", "omniglot-fomaml", 96, "98.3"),
        new("anil", OneShot, "ANIL", "omniglot-anil", 96, "-"),
        new("meta-sgd", OneShot, "Meta-SGD", "omniglot-meta-sgd", 97, "99.5"),
        new("maml-plus-plus", OneShot, "MAML++", "omniglot-maml-plus-plus", 97.5, "99.5"),
        new("reptile", OneShot, "Reptile", "omniglot-reptile", 94, "97.7"),
        new("proto-net", OneShot, "Prototypical networks", "omniglot-protonet", 97.5, "98.8"),
        new("matching-net", OneShot, "Matching networks", "omniglot-matching-net", 96, "98.1"),
        new("relation-net", OneShot, "Relation networks", "omniglot-relation-net", 97, "99.6"),
        new("gnn", OneShot, "Few-shot GNN", "omniglot-gnn", 97, "99.2"),
        new("meta-net", OneShot, "Meta networks", "omniglot-meta-net", 96, "98.9"),
        new("gaussian-proto", OneShot, "Gaussian prototypes", "omniglot-gaussian-proto", 97.5, "99.0"),

        // Trained with one shot it has seen many more tasks in the same time than with five. The steps are the best of 1, 3 and 8 by validation.
        new("maml-5shot", FiveShot, "MAML, trained with 1 shot", "omniglot-maml", 99, "99.9") { Of = "maml", Evaluation = [.. OfFiveShots, "--inner-steps", "8"] },
        new("maml-trained-5shot", FiveShot, "MAML, trained with 5 shots", "omniglot-maml", 99, "99.9", Shots),
        new("proto-net-5shot", FiveShot, "Prototypical networks", "omniglot-protonet", 99, "99.7") { Of = "proto-net", Evaluation = OfFiveShots },
        new("maml-plus-plus-20way", TwentyWay, "MAML++", "omniglot-maml-plus-plus", 90, "97.7", FewerOfWays),
        new("proto-net-20way", TwentyWay, "Prototypical networks", "omniglot-protonet", 90, "96.0") { Of = "proto-net", Evaluation = OfTwentyWays },
        new("relation-net-20way", TwentyWay, "Relation networks", "omniglot-relation-net", 90, "97.6") { Of = "relation-net", Evaluation = OfTwentyWays },
        new("gnn-20way", TwentyWay, "Few-shot GNN", "omniglot-gnn", 90, "97.4", GraphsOfWays),
        new("gaussian-proto-20way", TwentyWay, "Gaussian prototypes", "omniglot-gaussian-proto", 90, "97.0") { Of = "gaussian-proto", Evaluation = OfTwentyWays },

        // Asked are 98.7 +- 0.4. The authors' code tests with as many queries a class as shots, in one batch; 15 is what every other table has.
        new("maml-paper", LongRun, "MAML, 15 queries a class", "omniglot-maml-paper", 98.3, "-") { HasCurve = true },
        new("maml-paper-1query", LongRun, "MAML, 1 query a class as in the paper", "omniglot-maml-paper", 98.3, "98.7") { Of = "maml-paper", Evaluation = ["--queries", "1"] },
        new("omniglot-mlp", WorkedExample, "MAML", "omniglot-mlp", 0, "-"),
        new("proto-transfer", Unlabelled, "ProtoTransfer, 5-way 1-shot", "omniglot-proto-transfer", 85, "88.0"),
        new("proto-transfer-5shot", Unlabelled, "ProtoTransfer, 5-way 5-shot", "omniglot-proto-transfer", 94, "96.5") { Of = "proto-transfer", Evaluation = OfFiveShots },
        new("sinusoid-maml", Sinusoids, "MAML", "sinusoid-maml", 0, "0.67 / 0.38 / 0.35 after 1, 5, 10")
        {
            AskedErrors = new Dictionary<string, double> { ["1"] = 0.67, ["5"] = 0.38, ["10"] = 0.35 },
            HasTask = true,
        },
        new("sinusoid-fomaml", Sinusoids, "FOMAML", "sinusoid-maml", 0, "-", "algorithm.order=first"),
        new("sinusoid-anil", Sinusoids, "ANIL", "sinusoid-maml", 0, "-", "algorithm={kind: anil, innerSteps: 1, innerLearningRate: 0.01}"),

        // Step sizes learned for one step diverge in ten.
        new(
            "sinusoid-meta-sgd",
            Sinusoids,
            "Meta-SGD",
            "sinusoid-maml",
            0,
            "-",
            "algorithm={kind: meta-sgd, innerSteps: 1, innerLearningRate: 0.01}",
            "evaluation.final.innerSteps=[0, 1]"),
        new(
            "sinusoid-maml-plus-plus",
            Sinusoids,
            "MAML++, 5 steps",
            "sinusoid-maml",
            0,
            "-",
            "algorithm={kind: maml-plus-plus, innerSteps: 5, innerLearningRate: 0.01, multiStepIterations: 3000}",
            "evaluation.final.innerSteps=[0, 1, 5]"),
        new(
            "sinusoid-reptile",
            Sinusoids,
            "Reptile, 5 steps on 10 of 50 points each",
            "sinusoid-maml",
            0,
            "-",
            "data.shots=50",
            "algorithm={kind: reptile, innerOptimizer: sgd, innerSteps: 5, innerShots: 10, innerLearningRate: 0.02}",
            "meta={iterations: 30000, tasksPerIteration: 5, optimizer: sgd, learningRate: 0.5, schedule: linear}"),

        // Its meta-gradient does not feel that steps overshoot: with larger ones they came to do so.
        new(
            "sinusoid-imaml",
            Sinusoids,
            "Implicit MAML, 32 steps",
            "sinusoid-maml",
            0,
            "-",
            "algorithm={kind: imaml, innerSteps: 32, innerLearningRate: 0.001, regularization: 0.5, conjugateGradientSteps: 5}",
            "meta.clipNorm=10",
            "evaluation.final.innerSteps=[0, 1, 5, 10, 32]"),

        // Its steps are learned one by one: five were trained.
        new(
            "sinusoid-lstm",
            Sinusoids,
            "Learned optimizer with learned initial values, 5 steps",
            "sinusoid-maml",
            0,
            "-",
            "algorithm={kind: lstm-optimizer, metaLoss: query, innerSteps: 5, truncation: 5, outputScale: 0.1}",
            "meta.iterations=2000",
            "meta.tasksPerIteration=8",
            "plan={blockSize: 4}",
            "evaluation.final.innerSteps=[0, 1, 5]"),
        new(
            "sinusoid-hsml",
            Sinusoids,
            "HSML, 5 steps",
            "sinusoid-maml",
            0,
            "-",
            "algorithm={kind: hsml, aggregator: mean, clusters: [4, 2, 1], innerSteps: 5, innerLearningRate: 0.01, reconstruction: 0.01}",
            "meta={iterations: 6000, tasksPerIteration: 25, optimizer: adam, learningRate: 0.001, clipNorm: 10}"),
        new("optimizer-quadratics", "A learned optimizer on 10-dimensional quadratics", "LSTM", "quadratics-lstm-optimizer", 0, "-") { IsContest = true },
        new("optimizer-perceptron", "A learned optimizer on perceptrons that fit sine waves", "LSTM", "sinusoid-lstm-optimizer", 0, "-") { IsContest = true },
        .. Seeds.Select(seed => new Figure($"mixture-maml-{seed}", Mixture, $"MAML, seed {seed}", "mixture-maml", 0, "-", $"seed={seed}")),
        .. Seeds.Select(seed => new Figure($"mixture-hsml-{seed}", Mixture, $"HSML, seed {seed}", "mixture-hsml", 0, "-", $"seed={seed}")),
    ];
}
