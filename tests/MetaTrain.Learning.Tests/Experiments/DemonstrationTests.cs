using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Learning.Tests.Experiments;

public sealed class DemonstrationTests
{
    private const int Task = 5;
    private static readonly BlobSource Images = new(3, 2, 4, 0.8f, 1, 12, 12);

    public static TheoryData<string, bool> Methods() =>
    [
        .. from method in AlgorithmRegistry.All.Entries
           from transductive in new[] { true, false }
           select (method.Kind, transductive),
    ];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Demonstrate_GivesWhatTheEvaluationMeasures_OnTheSameEpisode(string kind, bool transductive)
    {
        var experiment = Experiment.Create(Specs.Of($$"""{ "kind": "{{kind}}" }""", Specs.SmallConv), Images);
        var parameters = Parameters(experiment);
        var settings = new EvaluationSettings { Split = Split.Test, Queries = 6, Transductive = transductive };

        var shown = experiment.Demonstrate(settings, Task, parameters);

        Assert.Equal(Episode(experiment, settings).QueryInputs, shown.Episode.QueryInputs);
        Assert.Equal(Evaluated(experiment, parameters, settings)[0], shown.Measures[^1]);
        Assert.Equal(Accuracies.Of(shown.Episode.Shape, shown.Predictions[^1])[0], shown.Measures[^1]);
        Assert.Null(shown.Curves);
        if (shown.InnerSteps.IsEmpty)
        {
            Assert.Single(shown.Predictions);
            Assert.Contains(kind, (string[])["proto-net", "gnn", "meta-net", "matching-net", "relation-net", "gaussian-proto"]);
        }
        else
        {
            Assert.Equal(2, shown.InnerSteps.Length);
            Assert.Equal(0, shown.InnerSteps[0]);
            Assert.NotEqual(shown.Predictions[0], shown.Predictions[1]);
            Assert.Equal(Evaluated(experiment, parameters, settings with { InnerSteps = [0] })[0], shown.Measures[0]);
        }
    }

    [Theory]
    [InlineData("""{ "dataset": "sinusoid" }""")]
    [InlineData("""{ "dataset": "regression-mixture" }""")]
    public void Demonstrate_ShowsARegression_BeforeAndAfterOneAndAllSteps(string data)
    {
        var experiment = Experiment.Create(Specs.Of("""{ "kind": "maml", "innerLearningRate": 0.02 }""", data: data), new NoDatasets());
        var parameters = Parameters(experiment);
        var settings = new EvaluationSettings { Split = Split.Validation, Shots = 5, InnerSteps = [0, 1, 4, 7] };

        var shown = experiment.Demonstrate(settings, Task, parameters);

        var sums = Evaluated(experiment, parameters, settings);
        Assert.Equal([0, 1, 7], shown.InnerSteps);
        Assert.Equal([sums[0], sums[2], sums[6]], shown.Measures);
        Assert.Equal(5, shown.Episode.SupportInputs.Length);
        var curves = shown.Curves!;
        Assert.Equal((-5f, 5f), (curves.Inputs[0], curves.Inputs[^1]));
        Assert.Equal(curves.Inputs.Order(), curves.Inputs);
        Assert.All(shown.Predictions.Zip(curves.Predictions), answer => AssertOn(answer.Second, curves.Inputs, shown.Episode.QueryInputs, answer.First));
        AssertOn(curves.Truth!, curves.Inputs, shown.Episode.QueryInputs, shown.Episode.QueryTargets);
        AssertOn(curves.Truth!, curves.Inputs, shown.Episode.SupportInputs, shown.Episode.SupportTargets);
    }

    [Fact]
    public void Demonstrate_ShowsOneAnswer_WhereTheEvaluationTakesNoStep()
    {
        var experiment = Experiment.Create(Specs.Of("""{ "kind": "maml" }"""), Images);

        var shown = experiment.Demonstrate(new EvaluationSettings { Split = Split.Test, InnerSteps = [0] }, Task, Parameters(experiment));

        Assert.Equal([0], shown.InnerSteps);
        Assert.Single(shown.Predictions);
    }

    [Fact]
    public void Demonstrate_ShowsNoCurves_WhereInputsAreSeveralNumbers()
    {
        var spec = Specs.Of("""{ "kind": "lstm-optimizer" }""", """{ "kind": "linear" }""", data: """{ "dataset": "quadratics" }""");
        var experiment = Experiment.Create(spec, new NoDatasets());

        Assert.Null(experiment.Demonstrate(new EvaluationSettings { Split = Split.Test }, Task, Parameters(experiment)).Curves);
    }

    /// <summary>Each point lies on the curve: between its neighbours, as far as a line between them bends.</summary>
    private static void AssertOn(float[] curve, float[] along, float[] inputs, float[] values)
    {
        for (var point = 0; point < inputs.Length; point++)
        {
            var next = Math.Clamp(Array.FindIndex(along, x => x >= inputs[point]), 1, along.Length - 1);
            var share = (inputs[point] - along[next - 1]) / (along[next] - along[next - 1]);
            Assert.Equal(curve[next - 1] + (share * (curve[next] - curve[next - 1])), values[point], 0.03);
        }
    }

    // Not the initial ones: some methods begin where a step changes nothing.
    private static float[] Parameters(Experiment experiment) =>
        [.. experiment.InitialParameters().Select((value, index) => value + (0.05f * MathF.Sin(index)))];

    private static EpisodeBlock Episode(Experiment experiment, EvaluationSettings settings) => experiment.Sample(new BlockRequest(0, Task, 1, settings));

    private static double[] Evaluated(Experiment experiment, float[] parameters, EvaluationSettings settings)
    {
        var request = new BlockRequest(0, Task, 1, settings);
        return experiment.Compute(request, experiment.Sample(request), parameters).Metrics;
    }
}
