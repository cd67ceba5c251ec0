using System.Collections.Immutable;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Experiments;

/// <summary>The names of a block's metrics, in the order of its sums.</summary>
internal static class MetricNames
{
    private const string Accuracy = "accuracy";
    private const string Loss = "loss";
    private const string Baseline = "baseline";

    public static ImmutableArray<string> Training(EpisodeShape shape) => shape.IsRegression ? [Loss] : [Loss, Accuracy];

    /// <summary>Each metric and its square.</summary>
    public static ImmutableArray<string> Evaluation(EpisodeShape shape, EvaluationSettings settings, int innerSteps)
    {
        IEnumerable<string> names = shape.IsRegression
            ? StepCounts(settings, innerSteps).Select(steps => $"mse@{steps}")
            : settings.Baseline ? [Accuracy, Loss, Baseline] : [Accuracy, Loss];
        return [.. names.SelectMany(name => new[] { name, name + "^2" })];
    }

    /// <summary>The inner steps after which regression is measured.</summary>
    public static ImmutableArray<int> StepCounts(EvaluationSettings settings, int innerSteps) =>
        settings.InnerSteps.IsDefaultOrEmpty ? [innerSteps] : [.. settings.InnerSteps.Distinct()];
}
