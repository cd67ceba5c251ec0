using System.Text.Json;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Fused;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Algorithms;
using MetaTrain.Learning.Tests.Conformance;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Fused;

/// <summary>The fused path against the reference, libtorch's autograd: every method with every model.</summary>
public sealed partial class FusedPathTests
{
    private const double Double = 1e-8;
    private const double Single = 1e-3;

    private static readonly (string Name, EpisodeShape Shape, Func<EpisodeShape, ISplitModel> Create)[] Models =
    [
        ("mlp regression", Shape(0, 7, 5, 3), shape => new Mlp(3, 40, 17, shape.Outputs)),
        ("mlp", Shape(3, 2, 2, 11), shape => new Mlp(11, 24, shape.Outputs)),
        ("conv4 stride", Shape(3, 2, 1, 1, 13, 9), shape => new Conv4(1, 13, 9, 10, shape.Outputs)),
        ("conv4 stride colour", Shape(4, 1, 2, 3, 8, 8), shape => new Conv4(3, 8, 8, 20, shape.Outputs)),
        ("conv4 stride large maps", Shape(3, 1, 1, 1, 10, 7), shape => new Conv4(1, 10, 7, 8, shape.Outputs, halvings: 2)),
        ("conv4 max", Shape(3, 1, 2, 1, 19, 17), shape => new Conv4(1, 19, 17, 9, shape.Outputs, Pooling.Max)),
        ("no-conv", Shape(5, 2, 1, 1, 6, 6), shape => new NoConvNet(36, [33, 16, 8], shape.Outputs)),
        ("no-conv wide", Shape(2, 3, 2, 300), shape => new NoConvNet(300, [280], shape.Outputs)),
    ];

    private static readonly string[] Methods =
    [
        """{ "kind": "maml", "innerLearningRate": 0.3 }""",
        """{ "kind": "maml", "innerSteps": 3, "innerLearningRate": 0.05, "innerLoss": "sum" }""",
        """{ "kind": "maml", "order": "first", "innerSteps": 2 }""",
        """{ "kind": "maml-plus-plus", "innerSteps": 3 }""",
        """{ "kind": "maml-plus-plus", "innerSteps": 3, "innerLoss": "sum", "innerLearningRate": 0.02, "stepSizes": "fixed", "adaptNorm": true }""",
        """{ "kind": "maml-plus-plus", "innerSteps": 2, "multiStepLoss": false, "stepSizes": "per-layer", "perStepNorm": false, "adaptNorm": true }""",
        """{ "kind": "maml-plus-plus", "innerSteps": 2, "multiStepLoss": false, "stepSizes": "fixed", "perStepNorm": false }""",
        """{ "kind": "maml-plus-plus", "innerSteps": 3, "order": "first" }""",
        """{ "kind": "maml-plus-plus", "innerSteps": 1, "adaptNorm": true }""",
        """{ "kind": "imaml", "innerSteps": 3, "innerLearningRate": 0.2, "conjugateGradientSteps": 3 }""",
        """{ "kind": "imaml", "innerSteps": 2, "innerLoss": "sum", "innerLearningRate": 0.02, "regularization": 10, "damping": 5, "conjugateGradientSteps": 2 }""",
        """{ "kind": "imaml", "innerSteps": 2, "conjugateGradientSteps": 0 }""",
        """{ "kind": "anil", "innerSteps": 3 }""",
        """{ "kind": "anil", "order": "first", "innerSteps": 2, "innerLoss": "sum" }""",
        """{ "kind": "meta-sgd" }""",
        """{ "kind": "meta-sgd", "innerSteps": 3 }""",
        """{ "kind": "reptile", "innerOptimizer": "adam", "innerSteps": 3, "innerLearningRate": 0.01 }""",
        """{ "kind": "reptile", "innerOptimizer": "sgd", "innerSteps": 2 }""",
        """{ "kind": "reptile", "innerOptimizer": "sgd", "innerSteps": 4, "innerShots": 1 }""",
        """{ "kind": "proto-net" }""",
        """{ "kind": "gnn", "edgeWidth": 12, "width": 7 }""",
        """{ "kind": "gnn", "heads": 1, "blocks": 2, "edgeWidth": 8, "statistics": "task" }""",
        """{ "kind": "meta-net", "width": 9, "generatorWidth": 6 }""",
        """{ "kind": "matching-net", "scale": 10, "learnScale": true }""",
        """{ "kind": "matching-net", "fullContext": true, "processingSteps": 3 }""",
        """{ "kind": "relation-net", "loss": "mse", "filters": 7 }""",
        """{ "kind": "relation-net", "pooling": false, "batchNorm": false }""",
        """{ "kind": "proto-transfer", "innerOptimizer": "sgd", "innerLearningRate": 0.1 }""",
        """{ "kind": "proto-transfer", "concatenate": true, "views": 2, "innerLearningRate": 0.1 }""",
        """{ "kind": "gaussian-proto", "dimensions": 6 }""",
        """{ "kind": "gaussian-proto", "dimensions": 6, "covariance": "diagonal", "sampled": true, "samples": 3 }""",
    ];

    /// <summary>Methods that are computed through autograd alone, each for a reason that its file gives.</summary>
    private static readonly string[] AutogradOnly =
    [
        "hsml",
        "lstm-optimizer",
    ];

    public static TheoryData<string, string> Cells() => [.. Models.SelectMany(model => Methods
        .Where(method => model.Shape.Ways > 0 || !ConformanceCell.ClassesOnly.Contains(KindOf(method))).Select(method => (model.Name, method)))];

    [Fact]
    public void Methods_AreAllThatAreRegistered() =>
        Assert.Equal(AlgorithmRegistry.All.Entries.Select(entry => entry.Kind).Order(), Methods.Select(KindOf).Concat(AutogradOnly).Distinct().Order());

    [Theory]
    [MemberData(nameof(Cells))]
    public void Train_GivesTheReferencesGradient(string model, string method)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (algorithm, layout, shape) = Create(model, method);
        var (parameters, doubles, singles) = (TestTasks.Parameters(algorithm), Episodes<double>(shape), Episodes<float>(shape));
        var expected = algorithm.Compute(TestTasks.Context, parameters, Tensors(doubles));
        var values = TestTasks.Flat(parameters);

        var exact = ((IFusible)algorithm).Fuse<double>(shape, layout, TestTasks.Context)!.Train(0, values, doubles);
        var fast = ((IFusible)algorithm).Fuse<float>(shape, layout, TestTasks.Context)!.Train(0, [.. values.Select(value => (float)value)], singles);

        AssertNear(TensorData.ToDoubles(expected.Losses), exact.Losses, Double, "losses");
        AssertNear(TensorData.ToDoubles(expected.Predictions.detach()), exact.Predictions, Double, "predictions");
        AssertNear(TestTasks.Flat(expected.Gradient), exact.Gradient, Double, "gradient");

        // A bias before a normalisation changes nothing: its gradient is rounding alone, which Reptile's Adam makes a step of in either path.
        var idle = layout.Slots.Where(slot => BiasesBeforeNorms(model).Contains(slot.Name)).ToArray();
        foreach (var slot in idle)
        {
            fast.Gradient.AsSpan(slot.Offset, slot.Length).Clear();
        }

        var wanted = TestTasks.Flat(expected.Gradient);
        Array.ForEach(idle, slot => wanted.AsSpan(slot.Offset, slot.Length).Clear());
        AssertNear(wanted, [.. fast.Gradient.Select(value => (double)value)], Single, "gradient in single");
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Predict_GivesTheReferencesAnswers_AfterAnyNumberOfSteps_TogetherAndApart(string model, string method)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (algorithm, layout, shape) = Create(model, method);
        var (parameters, episodes) = (TestTasks.Parameters(algorithm), Episodes<double>(shape));
        var (program, tasks) = (((IFusible)algorithm).Fuse<double>(shape, layout, TestTasks.Context)!, Tensors(episodes));
        int[] steps = [0, 1, 4];

        foreach (var transductive in new[] { true, false })
        {
            var answers = program.Predict(TestTasks.Flat(parameters), episodes, steps, transductive);
            for (var at = 0; at < steps.Length; at++)
            {
                var context = new AdaptContext { InnerSteps = steps[at], Transductive = transductive };
                var expected = algorithm.Adapt(context, parameters, tasks.Support).Predict(tasks.Query.Inputs);
                AssertNear(TensorData.ToDoubles(expected), answers[at], Double, $"{steps[at]} steps, transductive {transductive}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Train_GivesTheSameBits_AtEveryCall_AndWhicheverTaskStandsWhere(string model, string method)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (algorithm, layout, shape) = Create(model, method);
        float[] values = [.. TestTasks.Flat(TestTasks.Parameters(algorithm)).Select(value => (float)value)];
        var (program, episodes) = (((IFusible)algorithm).Fuse<float>(shape, layout, TestTasks.Context)!, Episodes<float>(shape));

        var (first, again) = (program.Train(0, values, episodes), program.Train(0, values, episodes));
        var alone = program.Train(0, values, episodes.Only(2));

        Assert.Equal(first.Gradient, again.Gradient);
        Assert.Equal(first.Losses[2], alone.Losses[0]);
        Assert.Equal(first.PredictionsOf(2).ToArray(), alone.Predictions);
    }

    [Theory]
    [InlineData("conv4 stride", """{ "kind": "maml", "innerSteps": 4 }""")]
    [InlineData("mlp", """{ "kind": "meta-sgd", "innerSteps": 4 }""")]
    public void InnerLoop_GivesTheSameBits_WhenItComputesStepsASecondTime(string model, string method)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (algorithm, layout, shape) = Create(model, method);
        float[] values = [.. TestTasks.Flat(TestTasks.Parameters(algorithm)).Select(value => (float)value)];
        var network = FusedNetwork<float>.OnData(Layers(model), shape.Input)!;
        var learns = method.Contains("meta-sgd", StringComparison.Ordinal);

        var (kept, recomputed) = (Run(long.MaxValue), Run(0));

        Assert.Equal(kept, recomputed);

        unsafe float[] Run(long traceBytes)
        {
            var rule = new InnerRule
            {
                Steps = 4,
                LearningRate = 0.1,
                Loss = Learning.InnerLoop.InnerLoss.Mean,
                Direction = MetaDirection.SecondOrder,
                LearnsStepSizes = learns,
            };
            var loop = new InnerLoop<float>(network, rule, FusedLoss.CrossEntropy, shape, traceBytes);
            Assert.Equal(traceBytes > 0, loop.Traces.KeepsSteps);
            var episodes = Episodes<float>(shape);
            var theta = new Weights<float>(network);
            var sizes = new NativeBuffer<float>(network.PackedLength);
            var sum = new NativeBuffer<float>(network.PackedLength);
            var stepSum = new NativeBuffer<float>(network.PackedLength);
            Packed.Pack(values, network.MapTo(layout), theta.Span);
            sizes.Span.Fill(0.1f);
            foreach (var input in loop.Traces.SupportInputs)
            {
                network.Gather!.Load(episodes.SupportInputs(0), input);
            }

            network.Gather!.Load(episodes.QueryInputs(0), loop.Traces.Query.Input);
            loop.Train(theta, learns ? sizes.Values : null, episodes.SupportTargets(0), episodes.QueryTargets(0), sum.Values, stepSum.Values);
            return [.. sum.Span, .. stepSum.Span];
        }
    }

    [Fact]
    public void Train_ShowsWhatIsNotANumber()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (algorithm, layout, shape) = Create("conv4 max", """{ "kind": "maml" }""");
        float[] values = [.. TestTasks.Flat(TestTasks.Parameters(algorithm)).Select(value => (float)value)];
        var slot = layout.Slots[layout.IndexOf("conv2.weight")];
        values[slot.Offset] = float.NaN;

        var result = ((IFusible)algorithm).Fuse<float>(shape, layout, TestTasks.Context)!.Train(0, values, Episodes<float>(shape));

        Assert.All(result.Losses, loss => Assert.True(double.IsNaN(loss)));
    }

    [Fact]
    public void Fuse_GivesNothing_ForALossOrAModelOfOnesOwn()
    {
        var shape = Shape(3, 1, 1, 4);
        ExampleLoss own = (predictions, targets) => Losses.CrossEntropy(predictions, targets);
        IFusible ownLoss = new Maml(new Mlp(4, 3), own);
        IFusible noBody = new Anil(new Mlp(4, 3), Losses.CrossEntropy);

        Assert.Null(ownLoss.Fuse<float>(shape, TestTasks.LayoutOf((IMetaAlgorithm)ownLoss), TestTasks.Context));
        Assert.Null(noBody.Fuse<float>(shape, TestTasks.LayoutOf((IMetaAlgorithm)noBody), TestTasks.Context));
    }

    private static string KindOf(string method) => JsonDocument.Parse(method).RootElement.GetProperty("kind").GetString()!;

    private static EpisodeShape Shape(int ways, int shots, int queries, params int[] input) =>
        new() { Ways = ways, Shots = shots, Queries = queries, Input = [.. input], Targets = ways == 0 ? 2 : 0 };

    private static IEnumerable<string> BiasesBeforeNorms(string name)
    {
        var layers = Layers(name);
        return layers.Zip(layers.Skip(1)).Where(pair => pair.Second is BatchNormReluLayer).Select(pair => pair.First switch
        {
            ConvolutionLayer conv => $"{conv.Name}.bias",
            LinearLayer linear => $"{linear.Name}.bias",
            _ => throw new InvalidOperationException("A normalisation stands behind an affine layer."),
        });
    }

    private static LayerDefinition[] Layers(string name)
    {
        var (_, shape, create) = Models.Single(model => model.Name == name);
        var model = (LayeredModel)create(shape);
        return [.. model.Body, model.HeadLayer];
    }

    private static (IMetaAlgorithm Algorithm, ParameterLayout Layout, EpisodeShape Shape) Create(string name, string method)
    {
        var (_, shape, create) = Models.Single(model => model.Name == name);
        var loss = shape.IsRegression ? (ExampleLoss)Losses.MeanSquaredError : Losses.CrossEntropy;
        var algorithm = AlgorithmRegistry.All.Read(JsonDocument.Parse(method).RootElement).Create(new AlgorithmContext(create(shape), loss, shape));
        return (algorithm, TestTasks.LayoutOf(algorithm), shape);
    }

    private static BlockData<T> Episodes<T>(EpisodeShape shape)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        const int Tasks = 3;
        return new BlockData<T>(shape, Tasks, Examples<T>(shape, shape.Shots, Tasks, seed: 5), Examples<T>(shape, shape.Queries, Tasks, seed: 6));
    }

    private static (T[] Inputs, T[] Targets) Examples<T>(EpisodeShape shape, int perClass, int tasks, ulong seed)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var random = new CounterRandom(seed, RandomPurpose.Inputs);
        var count = perClass * Math.Max(1, shape.Ways);
        var inputs = new float[tasks * count * shape.InputLength];
        var targets = new float[tasks * count * shape.Outputs];
        random.FillGaussian(inputs, 0, 1);
        random.FillGaussian(targets, 0, 1);
        for (var at = 0; at < targets.Length && !shape.IsRegression; at++)
        {
            targets[at] = at / shape.Outputs % count / perClass == at % shape.Outputs ? 1 : 0;
        }

        return ([.. inputs.Select(T.CreateTruncating)], [.. targets.Select(T.CreateTruncating)]);
    }

    private static TaskBatch Tensors(BlockData<double> episodes)
    {
        var shape = episodes.Shape;
        return new TaskBatch(Of(shape.SupportCount, episodes.SupportInputs, episodes.SupportTargets), Of(shape.QueryCount, episodes.QueryInputs, episodes.QueryTargets));

        Examples Of(int count, Func<int, ReadOnlySpan<double>> inputs, Func<int, ReadOnlySpan<double>> targets) => new(
            Join(inputs, [episodes.Tasks, count, .. shape.Input.Select(size => (long)size)]), Join(targets, [episodes.Tasks, count, shape.Outputs]));

        Tensor Join(Func<int, ReadOnlySpan<double>> part, long[] size) =>
            TensorData.FromValues([.. Enumerable.Range(0, episodes.Tasks).SelectMany(task => part(task).ToArray())], size, ScalarType.Float64);
    }

    /// <summary>Relative to the greatest of the expected values.</summary>
    private static void AssertNear(double[] expected, double[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        var scale = expected.Max(Math.Abs);
        var worst = expected.Zip(actual, (x, y) => Math.Abs(x - y)).Max();
        Assert.True(worst <= tolerance * scale, $"{what}: off by {worst:E2} where the greatest is {scale:E2}.");
    }
}
