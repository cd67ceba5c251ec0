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
            accuracies[row / shape.QueryCount] += Answer(shape, predictions, row) == Label(shape, row) ? 1 : 0;
        }

        for (var task = 0; task < accuracies.Length; task++)
        {
            accuracies[task] /= shape.QueryCount;
        }

        return accuracies;
    }

    /// <summary>The label of a query example. Examples are ordered by class: query example q of a task has label q / queries.</summary>
    /// <param name="shape">Of the episodes.</param>
    /// <param name="row">The query example: its row in [T, Q].</param>
    public static int Label(EpisodeShape shape, int row) => row % shape.QueryCount / shape.Queries;

    /// <summary>The label that is predicted for a query example.</summary>
    /// <param name="shape">Of the episodes.</param>
    /// <param name="predictions">[T, Q, C].</param>
    /// <param name="row">The query example: its row in [T, Q].</param>
    public static int Answer(EpisodeShape shape, ReadOnlySpan<float> predictions, int row)
    {
        var values = predictions.Slice(row * shape.Ways, shape.Ways);
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return best;
    }
}
