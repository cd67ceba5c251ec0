using System.Text.Json;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Algorithms.Hierarchy;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Options;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

/// <summary>HSML's switches, and that a task's kind reaches where its inner loop begins.</summary>
public sealed class HsmlTests
{
    [Fact]
    public void Start_IsThetaTimesAGateBetweenZeroAndOne_AnotherForEachTask()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var hsml = HsmlCases.Regression(new HsmlOptions());
        var (parameters, tasks) = (TestTasks.Parameters(hsml), HsmlCases.Lines(3, 4, 5));

        var start = hsml.Start(parameters, tasks.Support, reconstruct: false).Theta;

        foreach (var slot in start.Layout.Slots)
        {
            var (theta, of) = (TensorData.ToDoubles(parameters[slot.Name]), TensorData.ToDoubles(start[slot.Name]));
            var gates = of.Select((value, at) => value / theta[at % theta.Length]).ToArray();
            Assert.All(gates, gate => Assert.InRange(gate, 1e-6, 1 - 1e-6));
            Assert.True(Math.Abs(gates[0] - gates[theta.Length]) > 1e-6, $"{slot.Name}: tasks 0 and 1 have the gate {gates[0]:R}.");
        }
    }

    [Theory]
    [InlineData(HsmlAggregator.Gru, true)]
    [InlineData(HsmlAggregator.Mean, false)]
    public void Aggregator_ReadsTheOrderOfTheSupportSet_OnlyWhenRecurrent(HsmlAggregator aggregator, bool orderMatters)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var hsml = HsmlCases.Regression(new HsmlOptions { Aggregator = aggregator });
        var (parameters, support) = (TestTasks.Parameters(hsml), HsmlCases.Lines(2, 4, 1).Support);

        var start = TestTasks.Flat(hsml.Start(parameters, support, reconstruct: false).Theta);
        var turned = TestTasks.Flat(hsml.Start(parameters, new Examples(support.Inputs.flip(1), support.Targets.flip(1)), reconstruct: false).Theta);

        Assert.Equal(orderMatters, start.Zip(turned, (a, b) => Math.Abs(a - b)).Max() > 1e-9);
    }

    [Fact]
    public void Gates_AreSharedByWhatLeadsIntoAnOutput_WhenTheyAreTheUnits()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        double Spread(HsmlGates gates)
        {
            var hsml = HsmlCases.Regression(new HsmlOptions { Gates = gates });
            var (parameters, support) = (TestTasks.Parameters(hsml), HsmlCases.Lines(1, 4, 1).Support);
            var start = hsml.Start(parameters, support, reconstruct: false).Theta;
            var ratios = TensorData.ToDoubles(Ops.Divide(start["layer2.weight"], parameters["layer2.weight"])).Take(6).ToArray();
            return ratios.Max() - ratios.Min();
        }

        Assert.True(Spread(HsmlGates.Weight) > 1e-3);
        Assert.True(Spread(HsmlGates.Unit) < 1e-12);
    }

    [Theory]
    [InlineData(HsmlAggregator.Gru)]
    [InlineData(HsmlAggregator.Mean)]
    public void Reconstruction_TrainsTheDecoder_AndLeavesItOutAtZero(HsmlAggregator aggregator)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        static bool Decodes(string name) => name.Contains("decoder", StringComparison.Ordinal) || name.Contains("answer", StringComparison.Ordinal);
        var (with, without) = (
            HsmlCases.Regression(new HsmlOptions { Aggregator = aggregator }),
            HsmlCases.Regression(new HsmlOptions { Aggregator = aggregator, Reconstruction = 0 }));
        var tasks = HsmlCases.Lines(2, 4, 3);

        var gradient = with.Compute(TestTasks.Context, TestTasks.Parameters(with), tasks).Gradient;

        Assert.DoesNotContain(without.Parameters, parameter => Decodes(parameter.Name));
        var decoders = gradient.Layout.Slots.Where(slot => Decodes(slot.Name)).ToArray();
        Assert.NotEmpty(decoders);
        Assert.All(decoders, slot => Assert.Contains(TensorData.ToDoubles(gradient[slot.Name]), value => Math.Abs(value) > 1e-9));
        var ofEncoder = without.Compute(TestTasks.Context, TestTasks.Parameters(without), tasks).Gradient;
        Assert.All(TestTasks.Flat(ofEncoder), value => Assert.True(double.IsFinite(value)));
        var encoders = ofEncoder.Layout.Slots.Where(slot => slot.Name.Contains("encoder", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(encoders);
        Assert.All(encoders, slot => Assert.Contains(TensorData.ToDoubles(ofEncoder[slot.Name]), value => Math.Abs(value) > 1e-9));
    }

    [Fact]
    public void Order_ChangesTheGradientButNotTheLoss()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        MetaGradient Compute(GradientOrder order)
        {
            var hsml = HsmlCases.Regression(new HsmlOptions { Order = order, InnerSteps = 2, InnerLearningRate = 0.05 });
            return hsml.Compute(TestTasks.Context, TestTasks.Parameters(hsml), HsmlCases.Lines(2, 4, 3));
        }

        var (second, first) = (Compute(GradientOrder.Second), Compute(GradientOrder.First));

        TestTasks.AssertClose(TensorData.ToDoubles(second.Losses), TensorData.ToDoubles(first.Losses), 1e-12);
        Assert.True(TestTasks.Flat(second.Gradient).Zip(TestTasks.Flat(first.Gradient), (a, b) => Math.Abs(a - b)).Max() > 1e-3);
    }

    [Fact]
    public void Assign_IsTheNormalisedGaussianKernel_AndSofterWithMoreVariance()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        double[] Assign(double variance)
        {
            var tree = new ClusterTree([2, 1], width: 2, variance, "tree");
            var layout = new ParameterLayout(tree.Parameters.Select(parameter => (parameter.Name, parameter.Shape)));
            var parameters = new ParameterSet(layout, layout.Slots.Select(slot => slot.Name == "tree.level1.centres"
                ? TensorData.FromValues(new[] { 0.0, 0, 3, 4 }, [1, 2, 2])
                : zeros([1, .. slot.Shape.Select(size => (long)size)], ScalarType.Float64)));
            return TensorData.ToDoubles(tree.Assign(parameters, TensorData.FromValues(new[] { 1.0, 0 }, [1, 1, 2]), level: 0));
        }

        // Squared distances 1 and 4 + 16 = 20.
        var (near, far) = (Math.Exp(-1 / 4.0), Math.Exp(-20 / 4.0));
        TestTasks.AssertClose([near / (near + far), far / (near + far)], Assign(2), 1e-12);
        Assert.True(Assign(20)[1] > 10 * Assign(2)[1]);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[4, 2]")]
    public void Clusters_AreRefusedInOneSentence_WhenTheyEndInNoRoot(string clusters)
    {
        using var json = JsonDocument.Parse($$"""{ "kind": "hsml", "clusters": {{clusters}} }""");

        var refusal = Assert.Throws<OptionsException>(() => AlgorithmRegistry.All.Read(json.RootElement));

        Assert.Equal("algorithm.clusters does not end in 1: the tree needs one root, for instance [4, 2, 1].", refusal.Message);
    }

    [Fact]
    public void Images_AreRecognisedByTheModelsFeatures()
    {
        var model = new Conv4(1, 8, 8, 3, 2);
        var shape = new EpisodeShape { Ways = 2, Shots = 1, Queries = 1, Input = [1, 8, 8] };

        var hsml = new Hsml(model, Losses.CrossEntropy, shape);

        var features = model.FeatureShape.Aggregate(1, (product, size) => product * size);
        Assert.Equal(new[] { 20, features + 2 }, hsml.Parameters.Single(parameter => parameter.Name == "hsml.embed.weight").Shape.ToArray());
    }
}

/// <summary>Small methods and episodes for the tests of HSML.</summary>
internal static class HsmlCases
{
    public static ISplitModel Net { get; } = new Mlp(1, 6, 6, 1);

    public static Hsml Regression(HsmlOptions options, ISplitModel? model = null) => new(
        model ?? Net, Losses.MeanSquaredError, new EpisodeShape { Ways = 0, Shots = 4, Queries = 3, Input = [1], Targets = 1 }, options);

    public static TaskBatch Lines(int tasks, int supports, int queries) => new(Points(tasks, supports, 21), Points(tasks, queries, 22));

    /// <summary>The steps that the method takes, from where it begins.</summary>
    public static ParameterSet Descend(ISplitModel model, ExampleLoss loss, HsmlOptions options, ParameterSet start, Examples support) => GradientSteps.Detached(
        start,
        support.Tasks,
        options.InnerSteps,
        parameters => TaskLoss.Of(loss, model.Forward(parameters, support.Inputs), support, options.InnerLoss),
        (parameters, gradients, _) => parameters.Zip(gradients, (value, slope) => Ops.Add(value, slope, -options.InnerLearningRate)));

    private static Examples Points(int tasks, int count, ulong seed) =>
        new(TestTasks.Random(seed, tasks, count, 1), TestTasks.Random(seed + 100, tasks, count, 1));
}
