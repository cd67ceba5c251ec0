using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.Datasets.Glyphs;
using MetaTrain.Learning.Datasets.Images;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.MetaOptimizers;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

public sealed class ProtoTransferTests
{
    private const int Ways = 3;
    private const int Shots = 4;
    private const int Features = 5;

    private static readonly Mlp Model = new(6, Features, Ways);

    [Fact]
    public void Answers_AreThoseOfProtoNet_UpToAConstantAQuery_WithoutSteps()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (support, queries) = Episode();
        var transfer = Rows(Method(new()).Compare(NoParameters, Compared(support, queries, steps: 0)));
        var proto = Rows(new ProtoNet(Model, Losses.CrossEntropy).Compare(NoParameters, Compared(support, queries, steps: 0)));

        for (var query = 0; query < proto.Length; query++)
        {
            var constants = transfer[query].Zip(proto[query], (one, other) => one - other).ToArray();
            Assert.Equal(constants[0], constants[1], 1e-10);
            Assert.Equal(constants[0], constants[2], 1e-10);

            // The constant is |f|^2: were it 0, the two would be the same code.
            Assert.True(Math.Abs(constants[0]) > 1e-3);
        }
    }

    [Fact]
    public void Training_HasTheLossAndTheGradientOfProtoNet()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (transfer, proto) = (Method(new()), new ProtoNet(Model, Losses.CrossEntropy));
        var (parameters, tasks) = (TestTasks.Parameters(proto), TestTasks.Classification(2, Ways, Shots, 3, 6));

        var (one, other) = (transfer.Compute(TestTasks.Context, parameters, tasks), proto.Compute(TestTasks.Context, parameters, tasks));

        TestTasks.AssertClose(TensorData.ToDoubles(other.Losses), TensorData.ToDoubles(one.Losses), 1e-10);
        TestTasks.AssertClose(TestTasks.Flat(other.Gradient), TestTasks.Flat(one.Gradient), 1e-10);
    }

    [Theory]
    [InlineData(HeadOptimizer.Sgd, 1)]
    [InlineData(HeadOptimizer.Sgd, 7)]
    [InlineData(HeadOptimizer.Adam, 1)]
    [InlineData(HeadOptimizer.Adam, 7)]
    public void FineTuning_FollowsTheSupportSet_ByHand(HeadOptimizer optimizer, int steps)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (support, queries) = Episode();
        var method = Method(new() { InnerOptimizer = optimizer, InnerLearningRate = 0.05 });

        var answered = Rows(method.Compare(NoParameters, Compared(support, queries, steps)));

        // Weights and bias of a class in one row, the bias last; features have a 1 in its place.
        var head = Enumerable.Range(0, Ways).Select(c =>
        {
            var mean = Enumerable.Range(0, Features).Select(f => Enumerable.Range(0, Shots).Average(k => support[(c * Shots) + k][f])).ToArray();
            return mean.Select(value => 2 * value).Append(-mean.Sum(value => value * value)).ToArray();
        }).ToArray();
        var (first, second) = (new double[Ways, Features + 1], new double[Ways, Features + 1]);
        for (var step = 1; step <= steps; step++)
        {
            var gradient = new double[Ways, Features + 1];
            for (var s = 0; s < support.Length; s++)
            {
                double[] extended = [.. support[s], 1];
                var logits = head.Select(row => row.Zip(extended, (w, x) => w * x).Sum()).ToArray();
                var total = logits.Sum(Math.Exp);
                for (var c = 0; c < Ways; c++)
                {
                    var error = (Math.Exp(logits[c]) / total) - (s / Shots == c ? 1 : 0);
                    for (var f = 0; f <= Features; f++)
                    {
                        gradient[c, f] += error * extended[f] / support.Length;
                    }
                }
            }

            for (var c = 0; c < Ways; c++)
            {
                for (var f = 0; f <= Features; f++)
                {
                    first[c, f] = (0.9 * first[c, f]) + (0.1 * gradient[c, f]);
                    second[c, f] = (0.999 * second[c, f]) + (0.001 * gradient[c, f] * gradient[c, f]);
                    var adam = first[c, f] / (1 - Math.Pow(0.9, step)) / (Math.Sqrt(second[c, f] / (1 - Math.Pow(0.999, step))) + 1e-8);
                    head[c][f] -= 0.05 * (optimizer == HeadOptimizer.Adam ? adam : gradient[c, f]);
                }
            }
        }

        for (var query = 0; query < queries.Length; query++)
        {
            double[] extended = [.. queries[query], 1];
            TestTasks.AssertClose([.. head.Select(row => row.Zip(extended, (w, x) => w * x).Sum())], answered[query], 1e-8);
        }
    }

    [Fact]
    public void FineTuning_HappensWhenAnsweringAlone_AndLowersTheSupportLoss()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (support, _) = Episode();
        var method = Method(new() { InnerLearningRate = 0.02 });
        double Loss(Comparison comparison) =>
            TensorData.ToDoubles(TaskLoss.Of(Losses.CrossEntropy, method.Compare(NoParameters, comparison), new Examples(comparison.Support, comparison.Labels)))[0];

        var losses = new[] { 0, 1, 5, 20 }.Select(steps => Loss(Compared(support, support, steps))).ToArray();
        var training = Loss(Compared(support, support, steps: 20) with { Training = TestTasks.Context });

        Assert.Equal(losses.OrderDescending(), losses);
        Assert.True(losses[3] < losses[0] - 0.01, string.Join(", ", losses));
        Assert.Equal(losses[0], training, 1e-12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    public void Concatenate_JoinsThePrototypesOfViewsAtLengthOne_ByHand(int views)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (support, queries) = Episode();
        var method = Method(new() { Concatenate = true, Views = views, Scale = 3 });

        var answered = Rows(method.Compare(NoParameters, Compared(support, queries, steps: 0)));

        // Four shots: one view of 4, two of 2, of 1, 1 and 2, and no more than four of 1.
        int[][] groups = views switch { 1 => [[0, 1, 2, 3]], 2 => [[0, 1], [2, 3]], 3 => [[0], [1], [2, 3]], _ => [[0], [1], [2], [3]] };
        for (var query = 0; query < queries.Length; query++)
        {
            // The scale times the mean squared distance, without the query's own part of it, which is the scale.
            double[] expected = [.. Enumerable.Range(0, Ways).Select(c => 3 - (3 * MeanDistance(
                queries[query], [.. groups.Select(group => group.Select(k => support[(c * Shots) + k]).ToArray())])))];
            TestTasks.AssertClose(expected, answered[query], 1e-9);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(9, 2)]
    public void Concatenate_PartsTheExamplesOfEachClass_WhenClassesHaveDifferentNumbersOfThem_InAnyOrder(int most, int views)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        int[] classOf = [1, 0, 2, 0, 0, 2, 1, 0, 2];
        var (support, queries) = (Draw(8, classOf.Length), Draw(9, 4));
        var labels = TensorData.FromValues([.. classOf.SelectMany(own => Enumerable.Range(0, Ways).Select(c => own == c ? 1.0 : 0))], [1, classOf.Length, Ways]);
        var method = Method(new() { Concatenate = true, Views = most, Scale = 3 });

        var answered = Rows(method.Compare(NoParameters, new Comparison(Load(support), labels, Load(queries))));

        // Of 4, 2 and 3 examples, by where they stand: one view of all, or two.
        int[][][] groups = views == 1
            ? [[[1, 3, 4, 7]], [[0, 6]], [[2, 5, 8]]]
            : [[[1, 3], [4, 7]], [[0], [6]], [[2], [5, 8]]];
        for (var query = 0; query < queries.Length; query++)
        {
            double[] expected = [.. groups.Select(ofClass => 3 - (3 * MeanDistance(queries[query], [.. ofClass.Select(group => group.Select(at => support[at]).ToArray())])))];
            TestTasks.AssertClose(expected, answered[query], 1e-9);
        }
    }

    [Fact]
    public void Compute_GivesTheSlopeOfTheLoss_WithJoinedViews()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var method = Method(new() { Concatenate = true, Views = 3 });
        var (parameters, tasks) = (TestTasks.Parameters(method), TestTasks.Classification(1, Ways, Shots, 3, 6));
        var gradient = method.Compute(TestTasks.Context, parameters, tasks).Gradient;
        for (ulong seed = 0; seed < 32; seed++)
        {
            var direction = Slopes.Direction(parameters, seed);
            var along = gradient.Zip(direction, Ops.Multiply).Tensors.Sum(product => TensorData.ToDoubles(product).Sum());
            var slope = (LossAt(direction, 1e-6) - LossAt(direction, -1e-6)) / 2e-6;
            Assert.True(Math.Abs(along - slope) <= 1e-6 * Math.Max(1, Math.Abs(slope)), $"Direction {seed}: {along:R}, but the loss changes by {slope:R}.");
        }

        double LossAt(ParameterSet direction, double step) =>
            TensorData.ToDoubles(method.Compute(TestTasks.Context, parameters.Zip(direction, (value, by) => Ops.Add(value, by, step)), tasks).Losses)[0];
    }

    [Fact]
    public void Train_LearnsToTellClassesApart_FromImagesWithoutLabels()
    {
        var source = new ImageTaskSource(
            DrawnGlyphs(), new ImageOptions { Ways = 20, Queries = 3, Labels = false, Augment = [new Crop(), new Affine()] });
        var method = new ProtoTransfer(new Conv4(1, 28, 28, 8, 20), Losses.CrossEntropy);
        var adam = new AdamOptions { Iterations = 100, TasksPerIteration = 1, LearningRate = 0.003 };
        var trainer = new MetaTrainer(new Experiment(source, method, count => new Adam(adam, count), seed: 3), tasksPerIteration: 1);
        var settings = new EvaluationSettings { Split = Split.Test, Ways = 5, Queries = 5, Transductive = false };

        var before = trainer.Evaluate(settings, episodes: 100)["accuracy"];
        trainer.Train(100, cancellationToken: TestContext.Current.CancellationToken);
        var after = trainer.Evaluate(settings, episodes: 100)["accuracy"];

        Assert.True(after.Mean > 0.6 && after.Mean > before.Mean + 0.05, $"The accuracy went from {before} to {after}.");
    }

    private static ParameterSet NoParameters => new(new ParameterLayout([]), Array.Empty<Tensor>());

    private static ProtoTransfer Method(ProtoTransferOptions options) => new(Model, Losses.CrossEntropy, options);

    /// <summary>Features of support and query examples, near their classes.</summary>
    private static (double[][] Support, double[][] Queries) Episode()
    {
        var values = TensorData.ToDoubles(TestTasks.Random(4, Ways * (Shots + 2), Features)).Chunk(Features).ToArray();
        return (values[..(Ways * Shots)], values[(Ways * Shots)..]);
    }

    private static Comparison Compared(double[][] support, double[][] queries, int steps)
    {
        var labels = Enumerable.Range(0, Ways * Shots * Ways).Select(at => at / Ways / Shots == at % Ways ? 1.0 : 0).ToArray();
        return new Comparison(Load(support), TensorData.FromValues(labels, [1, Ways * Shots, Ways]), Load(queries)) { InnerSteps = steps };
    }

    private static double[][] Draw(ulong seed, int count) => [.. TensorData.ToDoubles(TestTasks.Random(seed, count, Features)).Chunk(Features)];

    private static Tensor Load(double[][] rows) => TensorData.FromValues([.. rows.SelectMany(row => row)], [1, rows.Length, Features]);

    /// <summary>The mean over views of the squared distance of a query and a view's prototype, both at length 1.</summary>
    private static double MeanDistance(double[] query, double[][][] views)
    {
        return views.Average(view =>
        {
            var prototype = Unit([.. Enumerable.Range(0, Features).Select(f => view.Average(example => example[f]))]);
            return Unit(query).Zip(prototype, (f, p) => (f - p) * (f - p)).Sum();
        });

        static double[] Unit(double[] values) => [.. values.Select(value => value / Math.Sqrt(values.Sum(each => each * each)))];
    }

    private static double[][] Rows(Tensor answers) => [.. TensorData.ToDoubles(answers).Chunk(Ways)];

    /// <summary>Drawings of made-up characters as a data set in memory.</summary>
    private static ImageDataset DrawnGlyphs()
    {
        const int Classes = 30;
        const int Drawings = 10;
        var glyphs = new GlyphTaskSource(new GlyphOptions { Ways = Classes, Shots = Drawings, Queries = 1 });
        return new ImageDataset("drawn", glyphs.TrainingShape.Input, [.. Enum.GetValues<Split>().SelectMany(split =>
        {
            var block = new EpisodeBlock(glyphs.TrainingShape, 1);
            glyphs.Sample(new EpisodeKey(5, split, 0, 0), block, 0);
            return block.SupportInputs.Select(value => (byte)(255 * value)).Chunk(Drawings * glyphs.TrainingShape.InputLength)
                .Select((pixels, number) => new ImageClass($"{split}{number}", split, Drawings, pixels));
        })]);
    }
}
