using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

/// <summary>The gradient of an instance-based method along random directions against the slope of its answers' loss, in float64.</summary>
internal static class SlopeCheck
{
    private const int Directions = 32;
    private const double Step = 1e-6;
    private const double Tolerance = 1e-5;

    public static void Run(ComparisonMethod method, TaskBatch tasks)
    {
        var parameters = TestTasks.Parameters(method);
        var gradient = method.Compute(TestTasks.Context, parameters, tasks).Gradient;
        var (agreed, kinks) = (0, 0);
        for (ulong seed = 0; agreed < Directions; seed++)
        {
            using var scope = NewDisposeScope();
            var position = 0UL;
            var direction = parameters.Select(value => TestTasks.Random((seed * 1000) + position++, value.shape));
            var (coarse, fine) = (Slope(Step), Slope(Step / 2));

            // Where a ReLU's kink lies between the points, the two differ far more than rounding and curvature explain.
            if (Math.Abs(coarse - fine) > 1e-6 * Math.Max(Math.Abs(fine), 1e-2))
            {
                Assert.True(++kinks <= 2 * Directions, "Too many directions cross a kink: the check would prove nothing.");
                continue;
            }

            var along = gradient.Zip(direction, Ops.Multiply).Tensors.Sum(product => TensorData.ToDoubles(product).Sum());
            Assert.True(
                Math.Abs(along - fine) <= Tolerance * Math.Max(Math.Abs(fine), 1e-2),
                $"Direction {seed}: the gradient gives {along:R}, the loss changes by {fine:R}.");
            agreed++;

            double Slope(double step) => (LossAt(step) - LossAt(-step)) / (2 * step);

            double LossAt(double step)
            {
                using var inner = NewDisposeScope();
                var moved = parameters.Zip(direction, (value, towards) => Ops.Add(value, towards, step));
                var answers = method.Adapt(new AdaptContext(), moved, tasks.Support).Predict(tasks.Query.Inputs);
                return TensorData.ToDoubles(TaskLoss.Of(method.Loss, answers, tasks.Query)).Sum();
            }
        }
    }
}
