using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

public sealed class GaussianProtoTests
{
    public static TheoryData<GaussianCovariance, GaussianDistance, bool> Variants() =>
    [
        (GaussianCovariance.Constant, GaussianDistance.Squared, false),
        (GaussianCovariance.Radius, GaussianDistance.Squared, false),
        (GaussianCovariance.Radius, GaussianDistance.Plain, true),
        (GaussianCovariance.Diagonal, GaussianDistance.Squared, true),
        (GaussianCovariance.Diagonal, GaussianDistance.Plain, false),
    ];

    [Fact]
    public void Compare_WeighsMeansByPrecision_AndScalesDistances_AsOnPaper()
    {
        // One feature is the point, the other softplus^-1(s - 1). Class 0 has (0, s = 4.5) and (4, s = 1.5): p = 6 / 6 = 1, S = 6.
        // Class 1 has (5, s = 2): p = 5, S = 2. A query at 2: -6 * 1 and -2 * 9. Whatever its own precision.
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var method = new GaussianProto(new Mlp(2, 2, 3), Losses.CrossEntropy, new GaussianProtoOptions { Dimensions = 1, Covariance = GaussianCovariance.Radius });
        var parameters = new Dictionary<string, double[]>
        {
            ["gaussian.mean.weight"] = [1, 0],
            ["gaussian.precision.weight"] = [0, 1],
            ["gaussian.precision.bias"] = [0],
        };
        double Raw(double precision) => Math.Log(Math.Exp(precision - 1) - 1);
        var support = TensorData.FromValues([0, Raw(4.5), 4, Raw(1.5), 5, Raw(2)], [1, 3, 2]);
        var labels = TensorData.FromValues([1.0, 0, 1, 0, 0, 1], [1, 3, 2]);
        var queries = TensorData.FromValues([2.0, 7, 2, -3], [1, 2, 2]);

        var answers = method.Compare(Own(method, parameters), new Comparison(support, labels, queries));

        TestTasks.AssertClose([-6, -18, -6, -18], TensorData.ToDoubles(answers), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Compare_GivesWhatLoopsGive(GaussianCovariance covariance, GaussianDistance distance, bool sampled)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        const int Tasks = 2, Ways = 3, Shots = 2, Queries = 2, Features = 4, Dimensions = 3, Draws = 5;
        var options = new GaussianProtoOptions { Dimensions = Dimensions, Covariance = covariance, Distance = distance, Sampled = sampled, Samples = Draws };
        var method = new GaussianProto(new Mlp(3, Features, Ways), Losses.CrossEntropy, options);
        var parameters = TestTasks.Parameters(method);
        var (support, queries) = (TestTasks.Random(1, Tasks, Ways * Shots, Features), TestTasks.Random(2, Tasks, Ways * Queries, Features));
        var labels = TestTasks.Classification(Tasks, Ways, Shots, Queries, 3).Support.Targets;
        var training = TestTasks.Context with { Seed = 5, Iteration = 9, FirstTask = 4 };

        var answers = method.Compare(parameters, new Comparison(support, labels, queries) { Training = training });

        var expected = new Loops(parameters, covariance, distance, Dimensions, Features, sampled ? Draws : 0);
        double[] wanted =
        [
            .. Enumerable.Range(0, Tasks).SelectMany(task => expected.Answers(
                TensorData.ToDoubles(support[task]), TensorData.ToDoubles(queries[task]), Ways, Shots, new EpisodeKey(5, Split.Train, 9, 4 + task))),
        ];
        TestTasks.AssertClose(wanted, TensorData.ToDoubles(answers.detach()), 1e-10);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Compute_GivesTheSlopeOfTheLoss_AlongRandomDirections(GaussianCovariance covariance, GaussianDistance distance, bool sampled)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var options = new GaussianProtoOptions { Dimensions = 4, Covariance = covariance, Distance = distance, Sampled = sampled, Samples = 3 };
        var method = new GaussianProto(new Mlp(3, 6, 5, 3), Losses.CrossEntropy, options);
        var (parameters, tasks) = (TestTasks.Parameters(method), TestTasks.Classification(2, 3, 2, 2, 3));
        var gradient = method.Compute(TestTasks.Context, parameters, tasks).Gradient;

        var (checkedDirections, redrawn) = (0, 0);
        for (ulong seed = 0; checkedDirections < 32; seed++)
        {
            using var directionScope = NewDisposeScope();
            var direction = Slopes.Direction(parameters, seed);
            var (coarse, fine) = (Slope(direction, 1e-6), Slope(direction, 5e-7));
            if (Math.Abs(coarse - fine) > 1e-6 * Math.Max(Math.Abs(fine), 1e-2))
            {
                Assert.True(++redrawn <= 64, "Too many directions cross a kink: the check would prove nothing.");
                continue;
            }

            var along = gradient.Zip(direction, Ops.Multiply).Tensors.Sum(product => TensorData.ToDoubles(product).Sum());
            Assert.True(Math.Abs(along - fine) <= 1e-5 * Math.Max(Math.Abs(fine), 1e-2), $"Direction {seed}: {along:R} and {fine:R}.");
            checkedDirections++;
        }

        double Slope(ParameterSet direction, double step) => (Loss(direction, step) - Loss(direction, -step)) / (2 * step);
        double Loss(ParameterSet direction, double step)
        {
            using var lossScope = NewDisposeScope();
            var moved = parameters.Zip(direction, (value, along) => Ops.Add(value, along, step));
            return TensorData.ToDoubles(method.Compute(TestTasks.Context, moved, tasks).Losses).Sum();
        }
    }

    [Fact]
    public void Sampled_DrawsByTask_WhateverTheBlock_AndAnewInEveryIteration()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var method = new GaussianProto(new Mlp(3, 6, 3), Losses.CrossEntropy, new GaussianProtoOptions { Dimensions = 4, Sampled = true });
        var (parameters, tasks) = (TestTasks.Parameters(method), TestTasks.Classification(3, 3, 2, 2, 3));
        double[] LossesOf(ComputeContext context, TaskBatch batch) => TensorData.ToDoubles(method.Compute(context, parameters, batch).Losses);

        var together = LossesOf(TestTasks.Context with { FirstTask = 2 }, tasks);
        var alone = Enumerable.Range(0, 3).SelectMany(task => LossesOf(TestTasks.Context with { FirstTask = 2 + task }, tasks.Only(task))).ToArray();

        TestTasks.AssertClose(together, alone, 1e-12);
        Assert.All(
            new[] { TestTasks.Context with { FirstTask = 2, Iteration = 1 }, TestTasks.Context with { FirstTask = 2, Seed = 1 }, TestTasks.Context },
            other => Assert.DoesNotContain(LossesOf(other, tasks).Zip(together), pair => Math.Abs(pair.First - pair.Second) < 1e-6));
    }

    [Fact]
    public void Sampled_AnswersWithTheMean_WhenItDoesNotTrain()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        double[] Answers(bool sampled)
        {
            var method = new GaussianProto(new Mlp(3, 6, 3), Losses.CrossEntropy, new GaussianProtoOptions { Dimensions = 4, Sampled = sampled });
            var (parameters, tasks) = (TestTasks.Parameters(method), TestTasks.Classification(2, 3, 2, 2, 3));
            return TensorData.ToDoubles(method.Adapt(new AdaptContext(), parameters, tasks.Support).Predict(tasks.Query.Inputs));
        }

        Assert.Equal(Answers(false), Answers(true));
    }

    private static ParameterSet Own(GaussianProto method, Dictionary<string, double[]> values)
    {
        var layout = TestTasks.LayoutOf(method);
        return new ParameterSet(layout, layout.Slots.Select(slot => TensorData.FromValues(
            values.GetValueOrDefault(slot.Name) ?? new double[slot.Length], [1, .. slot.Shape.Select(size => (long)size)])));
    }

    /// <summary>The method once more, in loops.</summary>
    private sealed class Loops(ParameterSet parameters, GaussianCovariance covariance, GaussianDistance distance, int dimensions, int features, int draws)
    {
        private readonly double[] _mean = TensorData.ToDoubles(parameters["gaussian.mean.weight"]);
        private readonly double[] _weight = covariance == GaussianCovariance.Constant ? [] : TensorData.ToDoubles(parameters["gaussian.precision.weight"]);
        private readonly double[] _bias = covariance == GaussianCovariance.Constant ? [] : TensorData.ToDoubles(parameters["gaussian.precision.bias"]);

        public double[] Answers(double[] support, double[] queries, int ways, int shots, EpisodeKey key)
        {
            var random = new CounterRandom(key, RandomPurpose.Algorithm);
            var noise = new float[Math.Max(1, draws) * ways * dimensions];
            if (draws > 0)
            {
                random.FillGaussian(noise, 0, 1);
            }

            var answers = new double[queries.Length / features * ways];
            for (var query = 0; query < queries.Length / features; query++)
            {
                var probabilities = new double[ways];
                for (var draw = 0; draw < Math.Max(1, draws); draw++)
                {
                    var logits = new double[ways];
                    for (var way = 0; way < ways; way++)
                    {
                        var sum = 0.0;
                        for (var d = 0; d < dimensions; d++)
                        {
                            var (precision, weighted) = (0.0, 0.0);
                            for (var shot = way * shots; shot < (way + 1) * shots; shot++)
                            {
                                var s = Precision(support, shot, d);
                                (precision, weighted) = (precision + s, weighted + (s * Mean(support, shot, d)));
                            }

                            var p = (weighted / precision) + (noise[(((draw * ways) + way) * dimensions) + d] / Math.Sqrt(precision));
                            sum += precision * Math.Pow(Mean(queries, query, d) - p, 2);
                        }

                        logits[way] = distance == GaussianDistance.Squared ? -sum : -Math.Sqrt(sum + 1e-6);
                    }

                    for (var way = 0; way < ways; way++)
                    {
                        answers[(query * ways) + way] = logits[way];
                        probabilities[way] += Math.Exp(logits[way]) / logits.Sum(Math.Exp) / Math.Max(1, draws);
                    }
                }

                for (var way = 0; way < ways && draws > 0; way++)
                {
                    answers[(query * ways) + way] = Math.Log(probabilities[way]);
                }
            }

            return answers;
        }

        private double Mean(double[] x, int row, int d) => Product(x, row, _mean, d);

        private double Precision(double[] x, int row, int d)
        {
            var output = covariance == GaussianCovariance.Radius ? 0 : d;
            return covariance == GaussianCovariance.Constant ? 1 : 1 + Math.Log(1 + Math.Exp(Product(x, row, _weight, output) + _bias[output]));
        }

        private double Product(double[] x, int row, double[] weight, int output) =>
            Enumerable.Range(0, features).Sum(f => x[(row * features) + f] * weight[(output * features) + f]);
    }
}
