using System.Globalization;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Cluster.Coordination;

/// <summary>An evaluation in one sentence, for the log.</summary>
internal static class EvaluationText
{
    public static string Describe(EvaluationSummary summary)
    {
        string figure = summary.Accuracy is { } accuracy
            ? Format($"accuracy {100 * accuracy.Mean:F2} +- {100 * accuracy.Ci95:F2}%")
            : string.Join(", ", summary.MeanSquaredError.Select(static error => Format($"MSE after {error.Key} steps {error.Value.Mean:F4} +- {error.Value.Ci95:F4}")));
        return $"Version {summary.At}, {summary.Episodes} {summary.Split} episodes: {figure}.";
    }

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
