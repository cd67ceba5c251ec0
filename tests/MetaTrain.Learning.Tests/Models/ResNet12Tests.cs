using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Options;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Algorithms;
using MetaTrain.Learning.Tests.Experiments;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Models;

public sealed class ResNet12Tests
{
    private const string Tiny = """{ "kind": "resnet12", "widths": [4, 4, 4, 4] }""";

    [Theory]
    [InlineData(FinalPooling.Average, 1, 16, GradientOrder.Second, 1)]
    [InlineData(FinalPooling.None, 3, 35, GradientOrder.Second, 2)]
    [InlineData(FinalPooling.Average, 2, 33, GradientOrder.First, 2)]
    public void Compute_EqualsBuiltInLayersOneTaskAtATime(FinalPooling pooling, int channels, int size, GradientOrder order, int steps)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var network = new ResNet12(channels, size, size, [3, 4, 2, 5], outputs: 3, pooling);
        var options = new MamlOptions { Order = order, InnerSteps = steps, InnerLearningRate = 0.05 };
        var (fast, plain) = (new Maml(network, Losses.CrossEntropy, options), new Maml(new ReferenceResNet12(network, pooling), Losses.CrossEntropy, options));
        var (parameters, tasks) = (TestTasks.Parameters(fast), TestTasks.Classification(2, 3, 1, 2, channels, size, size));

        var (expected, actual) = (plain.Compute(TestTasks.Context, parameters, tasks), fast.Compute(TestTasks.Context, parameters, tasks));

        TestTasks.AssertClose(TensorData.ToDoubles(expected.Losses), TensorData.ToDoubles(actual.Losses), 1e-10);
        TestTasks.AssertClose(TestTasks.Flat(expected.Gradient), TestTasks.Flat(actual.Gradient), 1e-8);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Compute_GivesTheSlope_ComparedAndThroughAnAdaptation(bool adapts)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var network = new ResNet12(1, 16, 16, [4, 4, 4, 4], outputs: 2);
        IMetaAlgorithm method = adapts
            ? new Maml(network, Losses.CrossEntropy, new MamlOptions { InnerLearningRate = 0.05 })
            : new ProtoNet(network, Losses.CrossEntropy);
        var (parameters, tasks) = (TestTasks.Parameters(method), TestTasks.Classification(1, 2, 2, 1, 1, 16, 16));

        var gradient = method.Compute(TestTasks.Context, parameters, tasks).Gradient;

        Slopes.AssertGradient(parameters, gradient, Loss, tolerance: adapts ? 1e-4 : 1e-5, step: adapts ? 2e-7 : 1e-6);

        double Loss(ParameterSet at)
        {
            using var inner = NewDisposeScope();
            var answers = method.Adapt(new AdaptContext(), at, tasks.Support).Predict(tasks.Query.Inputs);
            return TensorData.ToDoubles(TaskLoss.Of(method.Loss, answers, tasks.Query)).Sum();
        }
    }

    [Fact]
    public void Compute_OfABlock_IsTheSumOfItsTasksAlone()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var maml = new Maml(new ResNet12(1, 16, 16, [4, 4, 4, 4], outputs: 3), Losses.CrossEntropy);
        var (parameters, tasks) = (TestTasks.Parameters(maml), TestTasks.Classification(3, 3, 1, 2, 1, 16, 16));

        var together = maml.Compute(TestTasks.Context, parameters, tasks);
        var alone = Enumerable.Range(0, 3).Select(task => maml.Compute(TestTasks.Context, parameters, tasks.Only(task))).ToArray();

        TestTasks.AssertClose([.. alone.SelectMany(result => TensorData.ToDoubles(result.Losses))], TensorData.ToDoubles(together.Losses), 1e-11);
        TestTasks.AssertClose(
            TestTasks.Flat(alone.Select(result => result.Gradient).Aggregate((left, right) => left.Zip(right, Ops.Add))),
            TestTasks.Flat(together.Gradient),
            1e-10);
    }

    [Theory]
    [InlineData(FinalPooling.Average, 84, new[] { 64, 160, 320, 640 }, new[] { 640 })]
    [InlineData(FinalPooling.None, 84, new[] { 64, 128, 256, 512 }, new[] { 512, 5, 5 })]
    [InlineData(FinalPooling.None, 28, new[] { 8, 8, 8, 8 }, new[] { 8, 1, 1 })]
    public void Parameters_AreAsManyAsTheLayersSay(FinalPooling pooling, int size, int[] widths, int[] features)
    {
        var network = new ResNet12(3, size, size, widths, outputs: 5, pooling);

        // A block from m to n channels: 9 m n and twice 9 n^2 of 3x3, m n of 1x1, and four normalisations of 2 n.
        var expected = new[] { 3 }.Concat(widths).Zip(widths, (m, n) => (10L * m * n) + (18L * n * n) + (8L * n)).Sum()
            + (5L * features.Aggregate(1, (product, length) => product * length)) + 5;
        Assert.Equal(expected, network.Parameters.Sum(parameter => parameter.Shape.Aggregate(1L, (product, length) => product * length)));
        Assert.Equal(features, network.FeatureShape);
        if (widths[^1] == 640)
        {
            // What the network of MetaOptNet is known to have, and a head.
            Assert.Equal(12_424_320 + 3_205, expected);
        }
    }

    [Fact]
    public void Parameters_AreNamedAndShapedAsInPyTorch()
    {
        var parameters = new ResNet12(3, 32, 32, [4, 5, 6, 7], outputs: 2).Parameters;

        string[] ofABlock =
        [
            "conv1.weight", "bn1.weight", "bn1.bias", "conv2.weight", "bn2.weight", "bn2.bias", "conv3.weight", "bn3.weight", "bn3.bias",
            "downsample.0.weight", "downsample.1.weight", "downsample.1.bias",
        ];
        Assert.Equal(
            [.. Enumerable.Range(1, 4).SelectMany(block => ofABlock.Select(name => $"layer{block}.0.{name}")), "head.weight", "head.bias"],
            parameters.Select(parameter => parameter.Name));
        int[] Shape(string name) => [.. parameters.Single(parameter => parameter.Name == name).Shape];
        Assert.Equal([5, 4, 3, 3], Shape("layer2.0.conv1.weight"));
        Assert.Equal([5, 5, 3, 3], Shape("layer2.0.conv2.weight"));
        Assert.Equal([5, 4, 1, 1], Shape("layer2.0.downsample.0.weight"));
        Assert.Equal([7], Shape("layer4.0.downsample.1.bias"));
        Assert.Equal([2, 7], Shape("head.weight"));
    }

    [Fact]
    public void Norms_HaveScalesAndShiftsForEveryStep_InMamlPlusPlus()
    {
        var method = new MamlPlusPlus(new ResNet12(1, 16, 16, [4, 4, 4, 4], outputs: 2), Losses.CrossEntropy, new MamlPlusPlusOptions { InnerSteps = 2 });

        var rows = method.Parameters.Where(parameter => parameter.Name.StartsWith("perStep.", StringComparison.Ordinal)).ToArray();

        Assert.Equal(4 * 4 * 2, rows.Length);
        Assert.All(rows, parameter => Assert.Equal([3, 4], parameter.Shape));
    }

    [Theory]
    [InlineData("""{ "kind": "proto-net" }""")]
    [InlineData("""{ "kind": "maml", "innerSteps": 1, "innerLearningRate": 0.1 }""")]
    public void Training_TellsClassesApart_ThatItNeverSaw(string method)
    {
        var trainer = new MetaTrainer(Experiment.Create(Specs.Of(method, Tiny), Source()), tasksPerIteration: 6, blockSize: 2);
        var settings = new EvaluationSettings { Split = Split.Test };

        var before = trainer.Evaluate(settings, episodes: 30)["accuracy"].Mean;
        trainer.Train(40, cancellationToken: TestContext.Current.CancellationToken);
        var after = trainer.Evaluate(settings, episodes: 30)["accuracy"].Mean;

        TestContext.Current.TestOutputHelper?.WriteLine($"accuracy {before} to {after}");
        Assert.True(after > 0.6 && after > before + 0.1, $"The accuracy went from {before} to {after}; chance is a third.");
    }

    [Theory]
    [InlineData("""{ "kind": "proto-net" }""")]
    [InlineData("""{ "kind": "imaml", "innerSteps": 2, "conjugateGradientSteps": 2 }""")]
    public void Training_GivesTheSameBits_OnOneAndOnThreeWorkers(string method)
    {
        float[] Trained(int workers)
        {
            var trainer = new MetaTrainer(Experiment.Create(Specs.Of(method, Tiny), Source()), tasksPerIteration: 5, blockSize: 1, workers: workers);
            trainer.Train(3, cancellationToken: TestContext.Current.CancellationToken);
            return trainer.Parameters.ToArray();
        }

        Assert.Equal(Trained(1), Trained(3));
    }

    [Fact]
    public void Experiment_TakesAutogradByItself_AndRefusesTheFusedPathInOneSentence()
    {
        var spec = Specs.Of("""{ "kind": "maml" }""", Tiny);

        Assert.Equal(ComputePath.Autograd, Experiment.Create(spec, Source()).Path);
        var exception = Assert.Throws<OptionsException>(() => Experiment.Create(spec, Source(), ComputePath.Fused));
        Assert.StartsWith("plan.path is \"fused\": This method, model or loss has no fused path", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Theory]
    [InlineData(Tiny, new[] { 1, 15, 40 }, "model.kind is \"resnet12\": Images of 15x40 pixels are too small for four blocks of max pooling; use images of at least 16x16.")]
    [InlineData(Tiny, new[] { 8 }, "model.kind is \"resnet12\", but inputs have the shape [8]: it takes images [channels, height, width]; use mlp.")]
    [InlineData("""{ "kind": "resnet12", "widths": [4, 4] }""", new[] { 1, 16, 16 }, "model.widths has 2 values: it must have 4, one for each block.")]
    public void Registry_RefusesWhatCannotBe_InOneSentence(string model, int[] input, string message)
    {
        var spec = Specs.Of("""{ "kind": "maml" }""", model);

        var exception = Assert.Throws<OptionsException>(() => ModelRegistry.All.Read(spec.Model).Create(new EpisodeShape { Ways = 2, Shots = 1, Queries = 1, Input = [.. input] }));

        Assert.Equal(message, exception.Message);
    }

    private static SharedDirectionsSource Source() => new(3, 2, 2, (0.4, 0.4), 1, 16, 16);
}
