using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Experiments;
using MetaTrain.Learning.Tests.Oracles;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

public sealed class MamlPlusPlusTests
{
    private static readonly MamlPlusPlusOptions PartsOff = new()
    {
        InnerSteps = 3,
        InnerLearningRate = 0.05,
        MultiStepLoss = false,
        StepSizes = StepSizes.Fixed,
        PerStepNorm = false,
        AdaptNorm = true,
    };

    private static readonly Dictionary<string, MamlPlusPlusOptions> Parts = new()
    {
        ["multi-step loss"] = PartsOff with { MultiStepLoss = true, MultiStepIterations = 40 },
        ["step sizes by layer and step"] = PartsOff with { StepSizes = StepSizes.PerLayerPerStep },
        ["step sizes by layer"] = PartsOff with { StepSizes = StepSizes.PerLayer },
        ["norms by step, adapted"] = PartsOff with { PerStepNorm = true },
        ["norms by step, not adapted"] = PartsOff with { PerStepNorm = true, AdaptNorm = false },
        ["norms not adapted"] = PartsOff with { AdaptNorm = false },
        ["all"] = PartsOff with { MultiStepLoss = true, MultiStepIterations = 40, StepSizes = StepSizes.PerLayerPerStep, PerStepNorm = true, AdaptNorm = false },
    };

    public static TheoryData<string> PartNames() => [.. Parts.Keys];

    [Theory]
    [InlineData(0, GradientOrder.Second, 3)]
    [InlineData(0, GradientOrder.First, 3)]
    [InlineData(2, GradientOrder.Second, 1)]
    [InlineData(2, GradientOrder.Second, 3)]
    [InlineData(2, GradientOrder.First, 3)]
    public void Compute_IsMaml_WithEveryPartOff(int caseIndex, GradientOrder order, int steps)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var oracle = OracleCase.All[caseIndex];
        var maml = new Maml(oracle.CreateModel(), oracle.Loss, new MamlOptions { Order = order, InnerSteps = steps, InnerLearningRate = 0.05 });
        var plain = new MamlPlusPlus(oracle.CreateModel(), oracle.Loss, PartsOff with { Order = order, InnerSteps = steps });
        Assert.Equal(maml.Parameters.Select(parameter => parameter.Name).Order(), plain.Parameters.Select(parameter => parameter.Name).Order());
        var (parameters, tasks) = (oracle.LoadParameters(TestTasks.LayoutOf(maml)), oracle.LoadTasks());

        var (expected, actual) = (maml.Compute(TestTasks.Context, parameters, tasks), plain.Compute(TestTasks.Context, parameters, tasks));

        TestTasks.AssertClose(TensorData.ToDoubles(expected.Losses), TensorData.ToDoubles(actual.Losses), 1e-13);
        TestTasks.AssertClose(TestTasks.Flat(expected.Gradient), TestTasks.Flat(actual.Gradient), 1e-12);
        foreach (var count in new[] { 0, 1, 5 })
        {
            var context = new AdaptContext { InnerSteps = count };
            TestTasks.AssertClose(
                TensorData.ToDoubles(maml.Adapt(context, parameters, tasks.Support).Predict(tasks.Query.Inputs)),
                TensorData.ToDoubles(plain.Adapt(context, parameters, tasks.Support).Predict(tasks.Query.Inputs)),
                1e-13);
        }
    }

    [Theory]
    [MemberData(nameof(PartNames))]
    public void Compute_GivesTheSlopeOfTheMetaLoss_WithEachPart(string part)
    {
        const long Iteration = 10;
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var algorithm = new MamlPlusPlus(new NoConvNet(6, [5, 4], 3), Losses.CrossEntropy, Parts[part]);
        var (parameters, tasks) = (TestTasks.Parameters(algorithm), TestTasks.Classification(2, 3, 2, 2, 6));

        // The loss after each step as an evaluation of so many steps shows it; at a quarter of the way, the early ones have lost a quarter of 1 / 3.
        double[] weights = Parts[part].MultiStepLoss ? [0.25, 0.25, 0.5] : [0, 0, 1];
        var gradient = algorithm.Compute(TestTasks.Context with { Iteration = Iteration }, parameters, tasks).Gradient;
        double MetaLoss(ParameterSet at) => weights.Select((weight, step) =>
        {
            var predictor = algorithm.Adapt(new AdaptContext { InnerSteps = step + 1 }, at, tasks.Support);
            return weight * TensorData.ToDoubles(TaskLoss.Of(Losses.CrossEntropy, predictor.Predict(tasks.Query.Inputs), tasks.Query)).Sum();
        }).Sum();

        var (proven, crossed) = (0, 0);
        for (ulong seed = 1; proven < 32; seed++)
        {
            using var directionScope = NewDisposeScope();
            var direction = parameters.With([.. parameters.Tensors.Select((value, at) => TestTasks.Random((seed * 100) + (ulong)at, value.shape))]);
            var (coarse, fine) = (Slope(1e-6), Slope(5e-7));
            if (Math.Abs(coarse - fine) > 1e-6 * Math.Max(1, Math.Abs(fine)))
            {
                // A ReLU's kink lies between the points.
                crossed++;
                Assert.True(crossed <= 32, "Too many directions cross a kink: the check would prove nothing.");
                continue;
            }

            var along = gradient.Zip(direction, Ops.Multiply).Tensors.Sum(product => TensorData.ToDoubles(product).Sum());
            Assert.True(Math.Abs(along - fine) <= 1e-5 * Math.Max(Math.Abs(fine), 0.1), $"{part}, direction {seed}: {along:R} against {fine:R}.");
            proven++;

            double Slope(double step) =>
                (MetaLoss(parameters.Zip(direction, (value, along) => Ops.Add(value, along, step)))
                    - MetaLoss(parameters.Zip(direction, (value, along) => Ops.Add(value, along, -step)))) / (2 * step);
        }

        // Every parameter has a say, except the entries for the step after the last.
        foreach (var slot in gradient.Layout.Slots.Where(slot => !slot.Name.EndsWith("bias", StringComparison.Ordinal)))
        {
            Assert.Contains(TensorData.ToDoubles(gradient[slot.Name]), value => Math.Abs(value) > 1e-6);
        }
    }

    [Fact]
    public void Compute_FollowsTheRules_ByHand()
    {
        // y = w x + b, loss (y - t)^2 at x = 1, t = 0: with z = w + b, both gradients are 2 z, and a step of s makes z (1 - 4 s) of z.
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var options = new MamlPlusPlusOptions { InnerSteps = 2, InnerLearningRate = 0.2, MultiStepIterations = 4 };
        var example = new Examples(ones([1, 1, 1], ScalarType.Float64), zeros([1, 1, 1], ScalarType.Float64));
        var (z, a, s0, s1) = (2.0, options.InnerLearningRate, 0.1, 0.05);
        var (z1, z2) = (z * (1 - (4 * s0)), z * (1 - (4 * s0)) * (1 - (4 * s1)));

        // Iteration 1 of 4: the early step's half has become three eighths.
        var (w1, w2) = (0.375, 0.625);
        MetaGradient Compute(GradientOrder order)
        {
            var algorithm = new MamlPlusPlus(new Mlp(1, 1), Losses.MeanSquaredError, options with { Order = order });
            var layout = TestTasks.LayoutOf(algorithm);
            Assert.Equal(["head.bias", "head.weight", "stepScale.head"], layout.Slots.Select(slot => slot.Name));
            Assert.Equal([3], layout.Slots[2].Shape);
            return algorithm.Compute(
                TestTasks.Context with { Iteration = 1 }, new ParameterSet(layout, [Value(0.5), Value(1.5).reshape(1, 1, 1), Value(s0 / a, s1 / a, 0.7)]), new TaskBatch(example, example));
        }

        static Tensor Value(params double[] values) => TensorData.FromValues(values, [1, values.Length]);

        // Second order: L = w1 z1^2 + w2 z2^2 differentiated as it stands.
        var ofZ = (2 * w1 * z1 * (1 - (4 * s0))) + (2 * w2 * z2 * (1 - (4 * s0)) * (1 - (4 * s1)));
        var ofS0 = (2 * w1 * z1 * -4 * z) + (2 * w2 * z2 * -4 * z * (1 - (4 * s1)));
        var ofS1 = 2 * w2 * z2 * -4 * z1;
        var second = Compute(GradientOrder.Second);
        TestTasks.AssertClose([ofZ, ofZ, a * ofS0, a * ofS1, 0], TestTasks.Flat(second.Gradient), 1e-12);
        TestTasks.AssertClose([z2 * z2], TensorData.ToDoubles(second.Losses), 1e-12);

        // First order: the steps' gradients 2 z and 2 z1 are constants, so that z1 and z2 move with z one to one.
        var all = (2 * w1 * z1) + (2 * w2 * z2);
        TestTasks.AssertClose([all, all, a * -4 * z * all, a * -4 * z1 * 2 * w2 * z2, 0], TestTasks.Flat(Compute(GradientOrder.First).Gradient), 1e-12);
    }

    [Fact]
    public void StepLossWeights_MoveToTheLastStep()
    {
        TestTasks.AssertClose([0.2, 0.2, 0.2, 0.2, 0.2], StepLossWeights.Of(5, 0, 100), 1e-15);
        TestTasks.AssertClose([0.1, 0.1, 0.1, 0.1, 0.6], StepLossWeights.Of(5, 50, 100), 1e-15);
        TestTasks.AssertClose([0.006, 0.006, 0.006, 0.006, 0.976], StepLossWeights.Of(5, 99, 100), 1e-15);
        Assert.Equal([0, 0, 0, 0, 1], StepLossWeights.Of(5, 100, 100));
        Assert.Equal([1], StepLossWeights.Of(1, 0, 100));
    }

    [Fact]
    public void FirstOrderIterations_BeginInFirstOrder_AndGoOnInSecond()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        double[] Gradient(MamlPlusPlusOptions options, long iteration)
        {
            var algorithm = new MamlPlusPlus(new NoConvNet(6, [5, 4], 3), Losses.CrossEntropy, options);
            return TestTasks.Flat(algorithm.Compute(
                TestTasks.Context with { Iteration = iteration }, TestTasks.Parameters(algorithm), TestTasks.Classification(2, 3, 2, 2, 6)).Gradient);
        }

        var annealed = PartsOff with { FirstOrderIterations = 5 };
        var (first, second) = (Gradient(PartsOff with { Order = GradientOrder.First }, 0), Gradient(PartsOff, 0));

        Assert.Equal(first, Gradient(annealed, 4));
        Assert.Equal(second, Gradient(annealed, 5));
        Assert.True(first.Zip(second, (a, b) => Math.Abs(a - b)).Max() > 1e-3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Adapt_GoesOnWithTheLastEntries_BeyondThem(bool adaptNorm)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        MamlPlusPlus Create(int steps) =>
            new(new NoConvNet(6, [5, 4], 3), Losses.CrossEntropy, new MamlPlusPlusOptions { InnerSteps = steps, AdaptNorm = adaptNorm });
        var (one, four, tasks) = (Create(1), Create(4), TestTasks.Classification(2, 3, 2, 2, 6));
        var parameters = TestTasks.Parameters(one);

        // The same values for five entries, of which those after the second are the second.
        var layout = TestTasks.LayoutOf(four);
        var longer = new ParameterSet(layout, layout.Slots.Select(slot => parameters[slot.Name] is var value
            && slot.Name.StartsWith("stepScale.", StringComparison.Ordinal) | slot.Name.StartsWith("perStep.", StringComparison.Ordinal)
                ? cat([value, .. Enumerable.Repeat(value.narrow(1, 1, 1), 3)], 1)
                : value));

        double[] Answers(MamlPlusPlus algorithm, ParameterSet at) => TensorData.ToDoubles(
            algorithm.Adapt(new AdaptContext { InnerSteps = 4 }, at, tasks.Support).Predict(tasks.Query.Inputs));

        Assert.Equal(Answers(four, longer), Answers(one, parameters));
        var last = TestTasks.LayoutOf(four).Slots.First(slot => slot.Name == "perStep.norm1.weight").Shape;
        Assert.Equal([5, 5], last);
    }

    [Fact]
    public void Switches_DecideWhatIsLearned()
    {
        static string[] Names(MamlPlusPlusOptions options) =>
            [.. TestTasks.LayoutOf(new MamlPlusPlus(new NoConvNet(6, [5], 3), Losses.CrossEntropy, options)).Slots.Select(slot => slot.Name)];

        string[] affine = ["head.bias", "head.weight", "layer1.bias", "layer1.weight"];
        Assert.Equal([.. affine, "norm1.bias", "norm1.weight"], Names(PartsOff));
        Assert.Equal([.. affine, "norm1.bias", "norm1.weight", "stepScale.head", "stepScale.layer1", "stepScale.norm1"], Names(PartsOff with { StepSizes = StepSizes.PerLayer }));
        Assert.Equal([.. affine, "perStep.norm1.bias", "perStep.norm1.weight", "stepScale.head", "stepScale.layer1"], Names(new MamlPlusPlusOptions()));
    }

    [Theory]
    [InlineData("""{ "kind": "maml-plus-plus", "innerSteps": 2, "innerLearningRate": 0.1 }""")]
    [InlineData("""{ "kind": "maml-plus-plus", "innerSteps": 2, "innerLearningRate": 0.1, "firstOrderIterations": 60, "multiStepIterations": 50 }""")]
    public void Train_LearnsToTellNewClassesApart(string algorithm)
    {
        var experiment = Experiment.Create(
            Specs.Of(algorithm, """{ "kind": "no-conv", "hidden": [24] }"""), new BlobSource(4, 1, 4, 0.6f, 10));
        var trainer = new MetaTrainer(experiment, tasksPerIteration: 8, blockSize: 8);
        var settings = new EvaluationSettings { Split = Split.Test };

        trainer.Train(100, cancellationToken: TestContext.Current.CancellationToken);

        var accuracy = trainer.Evaluate(settings, episodes: 200)["accuracy"];
        Assert.True(accuracy.Mean > 0.7, $"{accuracy} where chance is 0.25.");
    }
}
