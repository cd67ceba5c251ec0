using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Experiments;

/// <summary>Measures any method by what it answers.</summary>
internal static class Evaluation
{
    /// <summary>What <see cref="MetricNames.Evaluation"/> names, before it is summed.</summary>
    /// <param name="algorithm">The method.</param>
    /// <param name="program">What computes it.</param>
    /// <param name="settings">What to measure.</param>
    /// <param name="parameters">[P].</param>
    /// <param name="block">The episodes.</param>
    /// <param name="groups">The groups of their split's classes.</param>
    /// <param name="classes">These classes by name, each a group of its own.</param>
    /// <param name="device">
    /// What gave the answers, and takes their losses too: a GPU's class says nothing of the processor beside it, which might add in another
    /// order. Null for the CPU.
    /// </param>
    /// <returns>One value a task for each mean over episodes, and what is summed over the queries of all tasks.</returns>
    public static (IReadOnlyList<double[]> PerTask, double[] OverQueries) Measure(
        IMetaAlgorithm algorithm,
        IBlockProgram<float> program,
        EvaluationSettings settings,
        ReadOnlySpan<float> parameters,
        EpisodeBlock block,
        ClassGroups groups,
        ClassGroups classes,
        Device? device)
    {
        var (shape, episodes) = (block.Shape, BlockData<float>.Of(block));
        var steps = MetricNames.StepCounts(settings, algorithm.InnerSteps);
        if (shape.IsRegression)
        {
            var answers = program.Predict(parameters, episodes, steps, settings.Transductive);
            return ([.. answers.Select(answer => LossesOf(Losses.MeanSquaredError, answer, episodes, device))], []);
        }

        var predictions = program.Predict(parameters, episodes, [steps.Max()], settings.Transductive)[0];
        List<double[]> measures = [Accuracies.Of(shape, predictions), LossesOf(algorithm.Loss, predictions, episodes, device)];
        if (settings.Baseline)
        {
            measures.Add(Accuracies.Of(shape, NearestNeighbour.Predict(episodes)));
        }

        measures.Add(ClassificationMetrics.MacroF1(shape, predictions));
        measures.Add(ClassificationMetrics.NegativeLogLikelihood(shape, predictions));
        return (
            measures,
            [
                .. ClassificationMetrics.CalibrationBins(shape, predictions),
                .. ClassificationMetrics.CalibrationPairs(shape, predictions),
                .. ClassificationMetrics.GroupHits(shape, predictions, block.Classes, groups),
                .. ClassificationMetrics.GroupHits(shape, predictions, block.Classes, classes),
            ]);
    }

    /// <summary>The mean loss of each task's queries.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="predictions">[T, Q, O].</param>
    /// <param name="episodes">The episodes.</param>
    /// <param name="device">What computes it; null for the CPU.</param>
    public static double[] LossesOf(ExampleLoss loss, float[] predictions, BlockData<float> episodes, Device? device = null)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var query = EpisodeTensors.Of(episodes, new ComputeContext { Device = device }).Query;
        return TensorData.ToDoubles(TaskLoss.Of(loss, TensorData.FromValues(predictions, query.Targets.shape, device: device), query));
    }
}
