using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

/// <summary>Gradients along random directions against the slope of a function there, in float64.</summary>
internal static class Slopes
{
    private const int Directions = 32;
    private const double Step = 1e-6;

    /// <summary>Fails where a gradient is not the slope of a function at <paramref name="at"/>.</summary>
    /// <param name="at">Where.</param>
    /// <param name="gradient">What is claimed.</param>
    /// <param name="function">The function.</param>
    /// <param name="tolerance">Relative; a direction whose slope depends on the step by a tenth of it is drawn anew.</param>
    /// <param name="step">How far to go; less where the function bends much.</param>
    public static void AssertGradient(
        ParameterSet at, ParameterSet gradient, Func<ParameterSet, double> function, double tolerance = 1e-5, double step = Step)
    {
        var (done, redrawn) = (0, 0);
        for (ulong seed = 0; done < Directions; seed++)
        {
            using var scope = NewDisposeScope();
            var direction = Direction(at, seed);
            var (coarse, fine) = (Slope(at, direction, function, step), Slope(at, direction, function, step / 2));

            // Where a kink lies between the points, the two differ far more than rounding and curvature explain.
            if (Math.Abs(coarse - fine) > 0.1 * tolerance * Math.Max(Math.Abs(fine), 1e-2))
            {
                Assert.True(++redrawn <= 2 * Directions, "Too many directions cross a kink: the check would prove nothing.");
                continue;
            }

            var along = gradient.Zip(direction, Ops.Multiply).Tensors.Sum(product => TensorData.ToDoubles(product).Sum());
            Assert.True(
                Math.Abs(along - fine) <= tolerance * Math.Max(Math.Abs(fine), 1e-2),
                $"Direction {seed}: the gradient gives {along:R}, the function changes by {fine:R}.");
            done++;
        }
    }

    public static double Along(ParameterSet at, ulong seed, Func<ParameterSet, double> function) => Slope(at, Direction(at, seed), function, Step);

    /// <summary>A direction with an independent part for each parameter: seeded by its place, also where sizes are equal.</summary>
    public static ParameterSet Direction(ParameterSet at, ulong seed) =>
        at.With(at.Layout.Slots.Select((slot, position) => TestTasks.Random((seed * 1000) + (ulong)position, at[slot.Name].shape)));

    private static double Slope(ParameterSet at, ParameterSet direction, Func<ParameterSet, double> function, double step) =>
        (function(Move(at, direction, step)) - function(Move(at, direction, -step))) / (2 * step);

    private static ParameterSet Move(ParameterSet at, ParameterSet direction, double step) =>
        at.Zip(direction, (value, along) => Ops.Add(value, along, step));
}
