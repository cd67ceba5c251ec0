using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Experiments;

/// <summary>Measures any method by what it answers.</summary>
internal static class Evaluation
{
    /// <summary>One value a task for each metric, in the order of <see cref="MetricNames.Evaluation"/> without the squares.</summary>
    public static IReadOnlyList<double[]> Measure(
        IMetaAlgorithm algorithm, IBlockProgram<float> program, EvaluationSettings settings, ReadOnlySpan<float> parameters, BlockData<float> episodes)
    {
        var steps = MetricNames.StepCounts(settings, algorithm.InnerSteps);
        if (episodes.Shape.IsRegression)
        {
            var answers = program.Predict(parameters, episodes, steps, settings.Transductive);
            return [.. answers.Select(predictions => LossesOf(Losses.MeanSquaredError, predictions, episodes))];
        }

        var predictions = program.Predict(parameters, episodes, [steps.Max()], settings.Transductive)[0];
        List<double[]> measures = [Accuracies.Of(episodes.Shape, predictions), LossesOf(algorithm.Loss, predictions, episodes)];
        if (settings.Baseline)
        {
            measures.Add(Accuracies.Of(episodes.Shape, NearestNeighbour.Predict(episodes)));
        }

        return measures;
    }

    private static double[] LossesOf(ExampleLoss loss, float[] predictions, BlockData<float> episodes)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var query = EpisodeTensors.Of(episodes, new ComputeContext()).Query;
        return TensorData.ToDoubles(TaskLoss.Of(loss, TensorData.FromValues(predictions, query.Targets.shape), query));
    }
}
