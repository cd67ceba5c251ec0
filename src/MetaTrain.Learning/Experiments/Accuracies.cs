using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Experiments;

/// <summary>The share of examples whose greatest prediction is at their label; the first of equals counts.</summary>
internal static class Accuracies
{
    /// <summary>Of each task.</summary>
    /// <param name="predictions">[T, N, C].</param>
    /// <param name="labels">[T, N, C], one-hot.</param>
    public static double[] Of(Tensor predictions, Tensor labels)
    {
        var (tasks, examples, classes) = ((int)predictions.shape[0], (int)predictions.shape[1], (int)predictions.shape[2]);
        var (given, wanted) = (TensorData.ToDoubles(predictions.detach()), TensorData.ToDoubles(labels));
        var accuracies = new double[tasks];
        for (var task = 0; task < tasks; task++)
        {
            var hits = 0;
            for (var row = task * examples; row < (task + 1) * examples; row++)
            {
                hits += Greatest(given.AsSpan(row * classes, classes)) == Greatest(wanted.AsSpan(row * classes, classes)) ? 1 : 0;
            }

            accuracies[task] = (double)hits / examples;
        }

        return accuracies;
    }

    private static int Greatest(ReadOnlySpan<double> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return best;
    }
}
