using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Options;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Experiments;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

public sealed class MetaNetTests
{
    private const int Ways = 3;
    private static readonly EpisodeShape Shape = new() { Ways = Ways, Shots = 2, Queries = 2, Input = [4] };
    private static readonly MetaNetOptions Small = new() { Width = 3, GeneratorWidth = 3, RepresentationSteps = 4 };

    public static TheoryData<int> Variants() => [0, 1, 2];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Compute_IsTheFormula_AndItsGradientTheSlopeWhileMetaInformationStandsStill(int variant)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var options = Variant(variant);
        var metaNet = new MetaNet(new Mlp(4, 5, Ways), Losses.CrossEntropy, Shape, options);
        var (parameters, tasks) = (TestTasks.Parameters(metaNet), TestTasks.Classification(1, Ways, 2, 2, 4));
        var byHand = new MetaNetByHand(options, tasks);

        var computed = metaNet.Compute(TestTasks.Context, parameters, tasks);

        TestTasks.AssertClose([.. byHand.Logits(parameters, parameters).SelectMany(row => row)], TensorData.ToDoubles(computed.Predictions.detach()), 1e-10);
        TestTasks.AssertClose([byHand.Loss(parameters, parameters)], TensorData.ToDoubles(computed.Losses.detach()), 1e-10);
        Slopes.AssertGradient(parameters, computed.Gradient, moved => byHand.Loss(moved, parameters));

        // Were nothing detached, the slope would be another one.
        var apart = Enumerable.Range(0, 4).Max(seed => Math.Abs(
            Slopes.Along(parameters, (ulong)seed, moved => byHand.Loss(moved, parameters)) - Slopes.Along(parameters, (ulong)seed, moved => byHand.Loss(moved, moved))));
        Assert.True(apart > 1e-4, $"{apart}");
    }

    [Fact]
    public void Options_ChangeTheAnswers_AndWhatIsLearned()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var tasks = TestTasks.Classification(1, Ways, 2, 2, 4);
        double[] Answers(MetaNetOptions options)
        {
            var metaNet = Create(options);
            var parameters = TestTasks.Parameters(Create(Small)).Take(TestTasks.LayoutOf(metaNet));
            return TensorData.ToDoubles(metaNet.Adapt(new AdaptContext(), parameters, tasks.Support).Predict(tasks.Query.Inputs));
        }

        var answers = Answers(Small);

        Assert.All(
            new[] { Small with { AugmentEmbedding = false }, Small with { AugmentHidden = false }, Small with { Sharpness = 9 }, Small with { RepresentationSteps = 1 } },
            other => Assert.True(answers.Zip(Answers(other), (x, y) => Math.Abs(x - y)).Max() > 1e-5, other.ToString()));
        Assert.Contains(Create(Small).Parameters, parameter => parameter.Name.StartsWith("metaNet.lstm.", StringComparison.Ordinal));
        Assert.DoesNotContain(Create(Variant(1)).Parameters, parameter => parameter.Name.StartsWith("metaNet.lstm.", StringComparison.Ordinal));
        Assert.True(Create(Small).HasFixedWays);
    }

    [Fact]
    public void Create_RefusesRegression()
    {
        var exception = Assert.Throws<OptionsException>(() => AlgorithmRegistry.All.Read(System.Text.Json.JsonSerializer.SerializeToElement(new { kind = "meta-net" }))
            .Create(new AlgorithmContext(new Mlp(1, 4, 1), Losses.MeanSquaredError, new EpisodeShape { Ways = 0, Shots = 3, Queries = 3, Input = [1], Targets = 1 })));
        Assert.Equal("algorithm.kind", exception.Path);
    }

    [Fact]
    public void Train_LearnsToTellNewClassesApart()
    {
        var experiment = Experiment.Create(
            Specs.Of("""{ "kind": "meta-net", "width": 16, "generatorWidth": 10 }""", """{ "kind": "mlp", "hidden": [16, 12] }"""), new BlobSource(4, 1, 2, 0.4f, 12));
        var trainer = new MetaTrainer(experiment, tasksPerIteration: 4);
        trainer.Train(80, cancellationToken: TestContext.Current.CancellationToken);

        var accuracy = trainer.Evaluate(new EvaluationSettings { Split = Split.Test }, episodes: 60)["accuracy"];

        // Chance is 0.25.
        Assert.True(accuracy.Mean > 0.6, $"{accuracy}");
    }

    private static MetaNetOptions Variant(int variant) => variant switch
    {
        0 => Small,
        1 => Small with { AugmentEmbedding = false, Sharpness = 3 },
        _ => Small with { AugmentHidden = false, RepresentationSteps = 2 },
    };

    private static MetaNet Create(MetaNetOptions options) => new(new Mlp(4, Ways), Losses.CrossEntropy, Shape, options);
}
