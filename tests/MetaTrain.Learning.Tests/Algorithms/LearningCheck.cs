using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.Tests.Experiments;

namespace MetaTrain.Learning.Tests.Algorithms;

/// <summary>Trains an instance-based method for seconds on made-up characters, 5-way 1-shot, and measures it on characters it never saw.</summary>
internal static class LearningCheck
{
    public static void Run(string algorithm, double leastAccuracy, int iterations = 60)
    {
        var spec = Specs.Of(
            algorithm,
            """{ "kind": "conv4", "filters": 16 }""",
            """{ "iterations": 60, "tasksPerIteration": 8, "optimizer": "adam", "learningRate": 0.003 }""",
            """{ "dataset": "glyphs", "ways": 5, "shots": 1, "queries": 4 }""");
        var experiment = Experiment.Create(spec, new NoDatasets());
        var trainer = new MetaTrainer(experiment, tasksPerIteration: 8, blockSize: 8);
        var settings = new EvaluationSettings { Split = Split.Test };

        var before = trainer.Evaluate(settings, episodes: 100);
        trainer.Train(iterations, cancellationToken: TestContext.Current.CancellationToken);
        var after = trainer.Evaluate(settings, episodes: 100);

        TestContext.Current.TestOutputHelper?.WriteLine($"accuracy {before["accuracy"]} to {after["accuracy"]}, loss {before["loss"]} to {after["loss"]}");
        Assert.True(after["accuracy"].Mean >= leastAccuracy, $"The accuracy went from {before["accuracy"]} to {after["accuracy"]}.");
        Assert.True(after["loss"].Mean < before["loss"].Mean, $"The loss went from {before["loss"]} to {after["loss"]}.");
    }
}
