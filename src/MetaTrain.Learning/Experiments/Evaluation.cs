using System.Collections.Immutable;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Experiments;

/// <summary>Measures any method through <see cref="IMetaAlgorithm.Adapt"/> alone; builds no second-order graph.</summary>
internal static class Evaluation
{
    /// <summary>One value a task for each metric, in the order of <see cref="MetricNames.Evaluation"/> without the squares.</summary>
    public static IReadOnlyList<double[]> Measure(
        IMetaAlgorithm algorithm, EvaluationSettings settings, EpisodeShape shape, ParameterSet learned, TaskBatch tasks)
    {
        var steps = MetricNames.StepCounts(settings, algorithm.InnerSteps);
        if (shape.IsRegression)
        {
            return [.. steps.Select(count => SquaredErrors(Predict(algorithm, settings, count, learned, tasks), tasks.Query))];
        }

        var predictions = Predict(algorithm, settings, steps.Max(), learned, tasks);
        List<double[]> measures =
        [
            Accuracies.Of(predictions, tasks.Query.Targets),
            TensorData.ToDoubles(TaskLoss.Of(algorithm.Loss, predictions, tasks.Query)),
        ];
        if (settings.Baseline)
        {
            measures.Add(Accuracies.Of(NearestNeighbour.Predict(tasks.Support, tasks.Query.Inputs), tasks.Query.Targets));
        }

        return measures;
    }

    private static Tensor Predict(IMetaAlgorithm algorithm, EvaluationSettings settings, int steps, ParameterSet learned, TaskBatch tasks)
    {
        var context = new AdaptContext { InnerSteps = steps, Transductive = settings.Transductive };
        return algorithm.Adapt(context, learned, tasks.Support).Predict(tasks.Query.Inputs);
    }

    private static double[] SquaredErrors(Tensor predictions, Examples query) =>
        TensorData.ToDoubles(TaskLoss.Of(Losses.MeanSquaredError, predictions, query));
}
