using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Checkpoints;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;

namespace MetaTrain.Benchmarks.Figures;

/// <summary>A trained optimizer against those made by hand, on the test tasks of the spec that it was trained with.</summary>
internal static class ContestRun
{
    // A few tasks that no optimizer ends make most of a mean: of 128 the intervals of the best two overlap.
    private const int Tasks = 512;

    /// <summary>Runs the contest.</summary>
    /// <param name="spec">The spec's file.</param>
    /// <param name="overrides">What the job's spec has in place of the file's: key=value.</param>
    /// <param name="parameters">What the job learned, as <c>metatrain export</c> writes it.</param>
    /// <returns>
    /// Over how many tasks, of how many learning rates each was the best, and of each optimizer its name, learning rate, losses and 95%
    /// intervals: before the first step, and after each; and by how much it ended behind the learned one, task by task.
    /// </returns>
    public static JsonObject Run(string spec, IReadOnlyList<string> overrides, string parameters)
    {
        JobSpec job = new JobSpecReader().Read(File.ReadAllText(spec), overrides).Spec!;
        ITaskSource source = TaskSourceRegistry.Create(job.Data, new NoDatasets());
        ISplitModel model = ModelRegistry.All.Read(job.Model).Create(source.TrainingShape);
        ExampleLoss loss = source.TrainingShape.IsRegression ? Losses.MeanSquaredError : Losses.CrossEntropy;
        LstmOptimizerOptions options = (LstmOptimizerOptions)AlgorithmRegistry.All.Read(job.Algorithm).Options;
        LstmOptimizer learned = new(model, loss, options);
        ParameterLayout layout = new(learned.Parameters.Select(static parameter => (parameter.Name, parameter.Shape)));
        float[] values = CheckpointCodec.DecodeParameters(layout.Slots, SafetensorsFile.Read(File.ReadAllBytes(parameters)));
        OptimizerContest contest = new(source, model, loss) { Steps = options.InnerSteps, InnerLoss = options.InnerLoss, Seed = job.Seed, Tasks = Tasks };
        IReadOnlyList<ContestCurve> curves = contest.Run(learned, values);
        return new JsonObject
        {
            ["tasks"] = contest.Tasks,
            ["learningRates"] = contest.LearningRates.Length,
            ["curves"] = new JsonArray([.. curves.Select(curve => new JsonObject
            {
                ["name"] = curve.Name,
                ["learningRate"] = curve.LearningRate,
                ["losses"] = new JsonArray([.. curve.Losses.Select(static loss => Finite(loss.Mean))]),
                ["ci95"] = new JsonArray([.. curve.Losses.Select(static loss => Finite(loss.Ci95))]),
                ["behind"] = new JsonArray([Finite(curve.Behind(curves[0]).Mean), Finite(curve.Behind(curves[0]).Ci95)]),
            })]),
        };
    }

    // JSON has no word for what is not finite.
    private static JsonNode? Finite(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    private sealed class NoDatasets : IDatasetProvider
    {
        public ImageDataset? Find(string name) => null;
    }
}
