using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

/// <summary>HSML's meta-gradient along random directions is the slope of its objective there, the autoencoder's loss included.</summary>
public sealed class HsmlGradientTests
{
    private const int Directions = 32;
    private const double Step = 1e-6;

    public static TheoryData<string, HsmlAggregator, HsmlGates, GradientOrder> Cases() =>
    [
        ("mlp", HsmlAggregator.Gru, HsmlGates.Weight, GradientOrder.Second),
        ("mlp", HsmlAggregator.Mean, HsmlGates.Unit, GradientOrder.Second),
        ("mlp", HsmlAggregator.Gru, HsmlGates.Weight, GradientOrder.First),
        ("conv4", HsmlAggregator.Gru, HsmlGates.Unit, GradientOrder.Second),
        ("conv4", HsmlAggregator.Mean, HsmlGates.Weight, GradientOrder.First),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compute_GivesTheSlopeOfTheObjective_AlongRandomDirections(
        string network, HsmlAggregator aggregator, HsmlGates gates, GradientOrder order)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var options = new HsmlOptions
        {
            Aggregator = aggregator,
            Gates = gates,
            Order = order,
            Width = 5,
            Embedding = 4,
            Clusters = [3, 2, 1],
            Reconstruction = 0.3,
            InnerSteps = 2,
            InnerLearningRate = 0.05,
        };
        var isImages = network == "conv4";
        ISplitModel model = isImages ? new Conv4(1, 8, 8, 3, 2) : HsmlCases.Net;
        var shape = new EpisodeShape { Ways = 2, Shots = 2, Queries = 2, Input = [1, 8, 8] };
        var hsml = isImages ? new Hsml(model, Losses.CrossEntropy, shape, options) : HsmlCases.Regression(options, model);
        var (parameters, tasks) = (TestTasks.Parameters(hsml), isImages ? TestTasks.Classification(2, 2, 2, 2, 1, 8, 8) : HsmlCases.Lines(2, 4, 3));
        var gradient = hsml.Compute(TestTasks.Context, parameters, tasks).Gradient;

        // First order takes the way from the start to the adapted parameters as constant.
        var way = order == GradientOrder.First ? Way(parameters) : null;
        var (checkedDirections, redrawn) = (0, 0);
        for (ulong seed = 0; checkedDirections < Directions; seed++)
        {
            using var directionScope = NewDisposeScope();
            var direction = Slopes.Direction(parameters, seed);
            var (coarse, fine) = (Slope(direction, Step), Slope(direction, Step / 2));
            if (Math.Abs(coarse - fine) > 1e-6 * Math.Max(Math.Abs(fine), 1e-2))
            {
                redrawn++;
                Assert.True(redrawn <= 2 * Directions, "Too many directions cross a kink: the check would prove nothing.");
                continue;
            }

            var along = gradient.Zip(direction, Ops.Multiply).Tensors.Sum(product => TensorData.ToDoubles(product).Sum());
            Assert.True(
                Math.Abs(along - fine) <= 1e-5 * Math.Max(Math.Abs(fine), 1e-2),
                $"Direction {seed}: the meta-gradient gives {along:R}, the objective changes by {fine:R}.");
            checkedDirections++;
        }

        ParameterSet Way(ParameterSet at)
        {
            var start = hsml.Start(at, tasks.Support, reconstruct: false).Theta;
            return HsmlCases.Descend(model, hsml.Loss, options, start, tasks.Support).Zip(start, Ops.Subtract);
        }

        double Slope(ParameterSet direction, double step) => (Objective(direction, step) - Objective(direction, -step)) / (2 * step);

        double Objective(ParameterSet direction, double step)
        {
            using var inner = NewDisposeScope();
            var moved = parameters.Zip(direction, (value, along) => Ops.Add(value, along, step));
            var (start, reconstruction) = hsml.Start(moved, tasks.Support, reconstruct: true);
            var adapted = start.Zip(way ?? Way(moved), Ops.Add);
            var losses = TaskLoss.Of(hsml.Loss, model.Forward(adapted, tasks.Query.Inputs), tasks.Query);
            return TensorData.ToDoubles(losses).Sum() + (0.3 * TensorData.ToDoubles(reconstruction!).Sum());
        }
    }
}
