using System.Diagnostics;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Learning.Tests.Experiments;

public sealed class MetaTrainerTests
{
    [Fact]
    public void Train_LearnsToTellNewClassesApart()
    {
        var experiment = Experiment.Create(
            Specs.Of("""{ "kind": "proto-net" }""", """{ "kind": "mlp", "hidden": [16, 8] }"""), new BlobSource(4, 1, 4, 1.2f, 10));
        var trainer = new MetaTrainer(experiment, tasksPerIteration: 8, blockSize: 8);
        var settings = new EvaluationSettings { Split = Split.Test };

        var before = trainer.Evaluate(settings, episodes: 200)["loss"];
        trainer.Train(150, cancellationToken: TestContext.Current.CancellationToken);
        var after = trainer.Evaluate(settings, episodes: 200)["loss"];

        Assert.Equal(150, trainer.Iteration);
        Assert.True(after.Mean + after.Ci95 < before.Mean - before.Ci95, $"The loss went from {before} to {after}.");
    }

    [Fact]
    public void Train_GivesTheSameBits_WhateverTheNumberOfWorkers()
    {
        static float[] Train(int workers)
        {
            var experiment = Experiment.Create(Specs.Of("""{ "kind": "maml" }"""), new BlobSource(3, 1, 2, 0.5f, 6));
            var trainer = new MetaTrainer(experiment, tasksPerIteration: 7, blockSize: 1, workers);
            trainer.Train(5, cancellationToken: TestContext.Current.CancellationToken);
            return trainer.Parameters.ToArray();
        }

        Assert.Equal(Train(1), Train(3));
    }

    [Fact]
    public void Step_NamesTheTask_WhenTheLossIsNotFinite()
    {
        var meta = """{ "iterations": 9, "tasksPerIteration": 4, "optimizer": "sgd", "learningRate": 1e30 }""";
        var experiment = Experiment.Create(Specs.Of("""{ "kind": "maml" }""", meta: meta), new BlobSource(3, 1, 2, 0.5f, 6));
        var trainer = new MetaTrainer(experiment, tasksPerIteration: 4);

        var exception = Assert.Throws<InvalidOperationException>(() => trainer.Train(9, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("not finite in iteration", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Example_TrainsAModelAndALossOfOnesOwn()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "TrainYourOwn.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, "60"]) { RedirectStandardOutput = true })!;

        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, process.ExitCode);
        Assert.Contains("before: [mse@0, ", output, StringComparison.Ordinal);
        Assert.Contains("after:  [mse@0, ", output, StringComparison.Ordinal);
    }
}
