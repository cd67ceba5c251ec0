using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Experiments;

/// <summary>The share of query examples whose greatest prediction is at their label; the first of equals counts.</summary>
internal static class Accuracies
{
    /// <summary>Of each task.</summary>
    /// <param name="shape">Of the episodes.</param>
    /// <param name="predictions">[T, Q, C].</param>
    public static double[] Of(EpisodeShape shape, ReadOnlySpan<float> predictions)
    {
        var accuracies = new double[predictions.Length / (shape.QueryCount * shape.Ways)];
        for (var row = 0; row < accuracies.Length * shape.QueryCount; row++)
        {
            // Examples are ordered by class: query example q has label q / queries.
            var isHit = Greatest(predictions.Slice(row * shape.Ways, shape.Ways)) == row % shape.QueryCount / shape.Queries;
            accuracies[row / shape.QueryCount] += isHit ? 1 : 0;
        }

        for (var task = 0; task < accuracies.Length; task++)
        {
            accuracies[task] /= shape.QueryCount;
        }

        return accuracies;
    }

    private static int Greatest(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return best;
    }
}
