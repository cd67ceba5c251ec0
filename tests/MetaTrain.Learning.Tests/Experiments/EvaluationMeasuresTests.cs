using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.Datasets.Images;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.Tests.Datasets;

namespace MetaTrain.Learning.Tests.Experiments;

/// <summary>From episodes to measures, through the sums of blocks.</summary>
public sealed class EvaluationMeasuresTests
{
    private static readonly EvaluationSettings Settings = new() { Split = Split.Test };

    [Fact]
    public void Read_GivesClosedForms_WhenTheModelTellsNothingApart()
    {
        // Without weights all embeddings are the same: every class has the probability 1 / 4, and the first is the answer.
        const int Ways = 4;
        var experiment = Create(Ways);
        var request = new BlockRequest(0, 0, 6, Settings);
        var episodes = experiment.Sample(request);

        var sums = experiment.Compute(request, episodes, new float[experiment.InitialParameters().Length]);
        var measures = EvaluationMeasures.Read(experiment.EvaluationMetrics(Settings), sums.Metrics, sums.Count);

        Assert.Equal(1.0 / Ways, measures.Means["accuracy"].Mean, 1e-12);
        Assert.Equal(Math.Log(Ways), measures.Means["nll"].Mean, 1e-9);
        Assert.Equal(2.0 / (Ways * (Ways + 1)), measures.Means["f1"].Mean, 1e-12);
        Assert.Equal(0, measures.Means["f1"].Ci95, 1e-6);
        Assert.Equal(0, measures.CalibrationError!.Value.Mean, 1e-12);

        // Of each group the queries of its classes, and the hits of those that were first in their episode.
        var odd = episodes.Classes.Index().Where(way => way.Item % 2 == 1).ToArray();
        var group = measures.Groups.Single(group => group.Name == "odd");
        Assert.Equal(["even", "odd"], measures.Groups.Select(group => group.Name));
        Assert.Equal(3 * odd.Length, group.Queries);
        Assert.Equal((double)odd.Count(way => way.Index % Ways == 0) / odd.Length, group.Accuracy, 1e-12);
        Assert.Equal(6 * Ways * 3, measures.Classes.Sum(each => each.Queries));
        Assert.All(measures.Classes, each => Assert.Contains('/', each.Name));
    }

    [Fact]
    public void Evaluate_ReportsEveryMeasure_WhateverTheBlocks()
    {
        var experiment = Create(ways: 4);
        var whole = new MetaTrainer(experiment, tasksPerIteration: 2, blockSize: 64).Evaluate(Settings, episodes: 33);
        var cut = new MetaTrainer(experiment, tasksPerIteration: 2, blockSize: 4, workers: 2).Evaluate(Settings, episodes: 33);

        Assert.Equal(
            ["accuracy", "accuracy of even", "accuracy of odd", "ece", "f1", "loss", "nll"],
            whole.Keys.Where(key => !key.StartsWith("accuracy of class ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(8, whole.Keys.Count(key => key.StartsWith("accuracy of class ", StringComparison.Ordinal)));
        Assert.All(whole, measure => Assert.Equal(measure.Value.Mean, cut[measure.Key].Mean, 1e-5));
        Assert.All(whole, measure => Assert.Equal(measure.Value.Ci95, cut[measure.Key].Ci95, 1e-5));

        // Cross-entropy is the same number by another road; one group's errors are what the other's accuracy lacks.
        Assert.Equal(whole["loss"].Mean, whole["nll"].Mean, 1e-5);
        Assert.Equal(whole["loss"].Ci95, whole["nll"].Ci95, 1e-5);
        var (least, most) = (Math.Min(whole["accuracy of even"].Mean, whole["accuracy of odd"].Mean), Math.Max(whole["accuracy of even"].Mean, whole["accuracy of odd"].Mean));
        Assert.InRange(whole["accuracy"].Mean, least, most);
        Assert.InRange(whole["ece"].Mean, 0.001, 1);
        Assert.InRange(whole["f1"].Mean, 0.1, whole["accuracy"].Mean);
        Assert.True(whole["f1"].Ci95 > 0);
        Assert.InRange(whole["ece"].Ci95, 0.001, 0.5);
        Assert.InRange(whole["accuracy of even"].Ci95, 0.001, 0.5);
    }

    [Fact]
    public void Read_LeavesOutGroups_ThatHadNoQueries()
    {
        var names = MetricNames.Evaluation(Create(ways: 4).TrainingShape, Settings, 0, ClassGroups.OfNames(["a/1", "b/1", "c^2/1"]), ClassGroups.None);
        var sums = new double[names.Length];
        sums.AsSpan(0, 8).Fill(3);
        new double[] { 0, 0, 0, 0, 0, 0, 4, 3, 16, 12, 9, 1, 2, 1, 4, 2, 1, 1 }.CopyTo(sums.AsSpan(names.Length - 18));

        var measures = EvaluationMeasures.Read(names, sums, 3);

        Assert.Equal(
            ["accuracy", "accuracy^2", "loss", "loss^2", "f1", "f1^2", "nll", "nll^2", "queries of bin 1", "confidence of bin 1", "hits of bin 1"],
            names.Take(11));
        Assert.Equal([new GroupMeasurement("b", 0.75, double.NaN, 4), new GroupMeasurement("c^2", 0.5, double.NaN, 2)], measures.Groups);
        Assert.Equal(["accuracy", "f1", "loss", "nll"], measures.Means.Keys);
    }

    [Fact]
    public void Read_KnowsErrorsAlone_ForRegression()
    {
        var measures = EvaluationMeasures.Read(["mse@0", "mse@0^2", "mse@5", "mse@5^2"], [4, 8, 2, 2], 2);

        Assert.Equal([("mse@0", 2.0), ("mse@5", 1.0)], measures.Means.Select(mean => (mean.Key, mean.Value.Mean)));
        Assert.Null(measures.CalibrationError);
        Assert.Empty(measures.Groups);
    }

    private static Experiment Create(int ways)
    {
        var dataset = MadeUpImages.Create(classesPerSplit: 8);
        dataset = dataset with { Classes = [.. dataset.Classes.Select((c, index) => c with { Name = $"{(index % 2 == 0 ? "even" : "odd")}/{c.Name}" })] };
        return Experiment.Create(
            Specs.Of("""{ "kind": "proto-net" }""", """{ "kind": "mlp", "hidden": [16] }"""),
            new ImageTaskSource(dataset, new ImageOptions { Ways = ways, Shots = 1, Queries = 3 }));
    }
}
