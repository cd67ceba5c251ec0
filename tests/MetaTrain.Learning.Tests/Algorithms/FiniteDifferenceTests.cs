using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Oracles;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

/// <summary>The meta-gradient along random directions is the slope of the meta-loss there.</summary>
public sealed class FiniteDifferenceTests
{
    private const int Directions = 32;
    private const double Step = 1e-6;
    private const double Tolerance = 1e-5;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 3)]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(2, 1)]
    [InlineData(2, 3)]
    public void Compute_GivesTheSlopeOfTheMetaLoss_AlongRandomDirections(int caseIndex, int innerSteps)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var oracle = OracleCase.All[caseIndex];
        var maml = new Maml(oracle.CreateModel(), oracle.Loss, new MamlOptions { InnerSteps = innerSteps, InnerLearningRate = 0.05 });
        var (parameters, tasks) = (oracle.LoadParameters(TestTasks.LayoutOf(maml)), oracle.LoadTasks(count: 1));
        var gradient = maml.Compute(TestTasks.Context, parameters, tasks).Gradient;

        var (checkedDirections, redrawn) = (0, 0);
        for (ulong seed = 0; checkedDirections < Directions; seed++)
        {
            using var directionScope = NewDisposeScope();
            var direction = Slopes.Direction(parameters, seed);
            var (coarse, fine) = (Slope(maml, parameters, direction, tasks, Step), Slope(maml, parameters, direction, tasks, Step / 2));

            // Where a ReLU's kink lies between the points, the two differ far more than rounding and curvature explain.
            if (Math.Abs(coarse - fine) > 1e-6 * Math.Max(Math.Abs(fine), 1e-3))
            {
                redrawn++;
                Assert.True(redrawn <= 2 * Directions, "Too many directions cross a kink: the check would prove nothing.");
                continue;
            }

            var along = gradient.Zip(direction, Ops.Multiply).Tensors.Sum(product => TensorData.ToDoubles(product).Sum());
            Assert.True(
                Math.Abs(along - fine) <= Tolerance * Math.Max(Math.Abs(fine), 1e-3),
                $"Direction {seed}: the meta-gradient gives {along:R}, the meta-loss changes by {fine:R}.");
            checkedDirections++;
        }
    }

    private static double Slope(Maml maml, ParameterSet parameters, ParameterSet direction, TaskBatch tasks, double step) =>
        (Loss(maml, parameters, direction, tasks, step) - Loss(maml, parameters, direction, tasks, -step)) / (2 * step);

    private static double Loss(Maml maml, ParameterSet parameters, ParameterSet direction, TaskBatch tasks, double step)
    {
        using var scope = NewDisposeScope();
        var moved = parameters.Zip(direction, (value, along) => Ops.Add(value, along, step));
        var predictions = maml.Adapt(new AdaptContext(), moved, tasks.Support).Predict(tasks.Query.Inputs);
        return TensorData.ToDoubles(TaskLoss.Of(maml.Loss, predictions, tasks.Query)).Sum();
    }
}
