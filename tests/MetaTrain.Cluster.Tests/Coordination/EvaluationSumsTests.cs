using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.Datasets.Images;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Cluster.Tests.Coordination;

public sealed class EvaluationSumsTests
{
    [Fact]
    public void Summarize_ReadsEveryMeasure_OfAnExperimentsSums()
    {
        // Names and sums as an experiment gives them: 10 episodes, two of the bins filled, one group of three without queries.
        ImmutableArray<string> names = Names();
        double[] sums = new double[names.Length];
        Put("accuracy", 6, 3.7);
        Put("loss", 12, 15);
        Put("f1", 5, 2.6);
        Put("nll", 11, 13);
        (sums[names.IndexOf("queries of bin 6")], sums[names.IndexOf("confidence of bin 6")], sums[names.IndexOf("hits of bin 6")]) = (40, 15, 10);
        (sums[names.IndexOf("queries of bin 15")], sums[names.IndexOf("confidence of bin 15")], sums[names.IndexOf("hits of bin 15")]) = (60, 57, 50);
        // Greek in 7 episodes of 10 queries each, five with 6 hits and two with 9 or 10; Latin in one.
        Hits("group Greek", 70, 49, 700, 490, (5 * 36) + 81 + 100, 7);
        Hits("group Latin", 30, 11, 900, 330, 121, 1);
        Hits("class Latin/1", 30, 11, 900, 330, 121, 1);

        EvaluationSummary summary = EvaluationSums.Summarize(
            new EvaluationWork { Split = "test", Ways = 5, Shots = 1, Queries = 15, Transductive = false }, 7, names, new BlockSum(10, FloatVector.Empty, sums), dataNote: null);

        Assert.False(summary.Transductive);
        Assert.Equal(Estimate.FromSums(6, 3.7, 10), summary.Accuracy);
        Assert.Equal(Estimate.FromSums(12, 15, 10), summary.Loss);
        Assert.Equal(Estimate.FromSums(5, 2.6, 10), summary.F1);
        Assert.Equal(Estimate.FromSums(11, 13, 10), summary.NegativeLogLikelihood);
        Assert.Null(summary.Baseline);
        Assert.Equal((5 + 7) / 100.0, summary.CalibrationError!.Value, 1e-12);
        Assert.Equal(0, summary.CalibrationCi95);
        double interval = Estimate.FromSums(4.9, (5 * 0.36) + 0.81 + 1, 7).Ci95;
        Assert.Equal(["Greek", "Latin"], summary.Groups.Select(static group => group.Name));
        Assert.Equal(0.7, summary.Groups[0].Accuracy, 1e-12);
        Assert.Equal(interval, summary.Groups[0].Ci95!.Value, 1e-12);
        Assert.Equal(70, summary.Groups[0].Queries);
        Assert.Equal(new GroupAccuracy("Latin", 11 / 30.0, 30), summary.Groups[1]);
        Assert.Equal([new GroupAccuracy("Latin/1", 11 / 30.0, 30)], summary.Classes);
        Assert.Equal("Latin/1", summary.WorstClass?.Name);
        Assert.Equal("Latin", summary.WorstGroup?.Name);

        void Hits(string of, params double[] values) => values.CopyTo(sums, names.IndexOf($"queries of {of}"));

        void Put(string name, double sum, double squares) => (sums[names.IndexOf(name)], sums[names.IndexOf(name + "^2")]) = (sum, squares);
    }

    [Fact]
    public void Summaries_ComeBack_OutOfACommit()
    {
        EvaluationSummary summary = new()
        {
            At = 6,
            Split = "validation",
            Episodes = 3,
            F1 = new Estimate(0.5, 0.1),
            NegativeLogLikelihood = new Estimate(1.5, 0.2),
            CalibrationError = 0.25,
            CalibrationCi95 = 0.01,
            Groups = [new GroupAccuracy("Greek", 0.7, 70, 0.05), new GroupAccuracy("Latin", 0.6, 30)],
            Classes = [new GroupAccuracy("Greek/1", 0.7, 70, 0.05)],
        };

        EvaluationSummary back = Assert.Single(TrajectoryProgress.FromJson(new TrajectoryProgress { Iteration = 8, Validations = [summary] }.ToJson()).Validations);

        Assert.Equal((summary.F1, summary.NegativeLogLikelihood, summary.CalibrationError), (back.F1, back.NegativeLogLikelihood, back.CalibrationError));
        Assert.Equal(summary.CalibrationCi95, back.CalibrationCi95);
        Assert.Equal(summary.Groups, back.Groups);
        Assert.Equal(summary.Classes, back.Classes);
    }

    [Fact]
    public void Summaries_HaveNoGroupsAndIntervals_OutOfACommitThatKnewNone()
    {
        const string Json = """{"iteration":8,"validations":[{"at":6,"split":"validation","episodes":3}]}""";
        const string WithGroups =
            """{"iteration":8,"validations":[{"at":6,"split":"test","episodes":3,"calibrationError":0.25,"groups":[{"name":"Greek","accuracy":0.7,"queries":70}]}]}""";
        EvaluationSummary before = Assert.Single(TrajectoryProgress.FromJson(WithGroups).Validations);
        Assert.Equal([new GroupAccuracy("Greek", 0.7, 70)], before.Groups);
        Assert.Null(before.CalibrationCi95);
        Assert.Empty(before.Classes);

        EvaluationSummary summary = Assert.Single(TrajectoryProgress.FromJson(Json).Validations);

        Assert.Empty(summary.Groups);
        Assert.Null(summary.WorstGroup);
        Assert.Null(summary.CalibrationError);
    }

    private static ImmutableArray<string> Names()
    {
        string[] classes = ["Greek/1", "Latin/1", "Ogham/1"];
        ImageDataset dataset = new("letters", [1, 1, 2], [.. classes.SelectMany(name => Enum.GetValues<Split>().Select(split => new ImageClass(name, split, 2, new byte[4])))]);
        ExperimentSpec spec = new()
        {
            Data = Section("{}"),
            Model = Section("""{ "kind": "mlp", "hidden": [2] }"""),
            Algorithm = Section("""{ "kind": "proto-net" }"""),
            Meta = Section("""{ "iterations": 1, "tasksPerIteration": 1, "optimizer": "sgd", "learningRate": 0.1 }"""),
        };
        return Experiment.Create(spec, new ImageTaskSource(dataset, new ImageOptions { Ways = 2, Shots = 1, Queries = 1 }))
            .EvaluationMetrics(new EvaluationSettings { Split = Split.Test });
    }

    private static System.Text.Json.JsonElement Section(string json) => System.Text.Json.JsonDocument.Parse(json).RootElement;
}
