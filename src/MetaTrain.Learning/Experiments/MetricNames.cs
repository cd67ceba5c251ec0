using System.Collections.Immutable;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Experiments;

/// <summary>The names of a block's metrics, in the order of its sums.</summary>
internal static class MetricNames
{
    public const string Square = "^2";
    public const string GroupQueries = Queries + Group;
    public const string ClassQueries = Queries + Class;

    private const string Queries = "queries of ";
    private const string Group = "group ";
    private const string Class = "class ";
    private const string Accuracy = "accuracy";
    private const string Loss = "loss";
    private const string Baseline = "baseline";
    private const string F1 = "f1";
    private const string NegativeLogLikelihood = "nll";

    /// <summary>The sums of the calibration error's bins, bin after bin.</summary>
    public static ImmutableArray<string> CalibrationBins { get; } =
    [
        .. Enumerable.Range(1, ClassificationMetrics.Bins).SelectMany(bin => new[] { $"queries of bin {bin}", $"confidence of bin {bin}", $"hits of bin {bin}" }),
    ];

    /// <summary>The sums of products of two bins' gaps.</summary>
    public static ImmutableArray<string> CalibrationPairs { get; } =
    [
        .. Enumerable.Range(1, ClassificationMetrics.Bins).SelectMany(one =>
            Enumerable.Range(one, ClassificationMetrics.Bins + 1 - one).Select(other => $"gaps of bins {one} and {other}")),
    ];

    public static ImmutableArray<string> Training(EpisodeShape shape) => shape.IsRegression ? [Loss] : [Loss, Accuracy];

    /// <summary>Each metric that is a mean over episodes and its square; then, for classification, what is summed over queries: bins, groups, classes.</summary>
    public static ImmutableArray<string> Evaluation(EpisodeShape shape, EvaluationSettings settings, int innerSteps, ClassGroups groups, ClassGroups classes)
    {
        if (shape.IsRegression)
        {
            return [.. StepCounts(settings, innerSteps).SelectMany(steps => WithSquare($"mse@{steps}"))];
        }

        string[] means = settings.Baseline ? [Accuracy, Loss, Baseline, F1, NegativeLogLikelihood] : [Accuracy, Loss, F1, NegativeLogLikelihood];
        return
        [
            .. means.SelectMany(WithSquare),
            .. CalibrationBins,
            .. CalibrationPairs,
            .. groups.Names.SelectMany(static name => HitsOf(Group + name)),
            .. classes.Names.SelectMany(static name => HitsOf(Class + name)),
        ];
    }

    /// <summary>The inner steps after which regression is measured.</summary>
    public static ImmutableArray<int> StepCounts(EvaluationSettings settings, int innerSteps) =>
        settings.InnerSteps.IsDefaultOrEmpty ? [innerSteps] : [.. settings.InnerSteps.Distinct()];

    private static string[] HitsOf(string of) =>
        [Queries + of, $"hits of {of}", $"queries by queries of {of}", $"queries by hits of {of}", $"hits by hits of {of}", $"episodes of {of}"];

    private static string[] WithSquare(string name) => [name, name + Square];
}
