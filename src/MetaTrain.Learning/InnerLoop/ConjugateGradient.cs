// A x = b for a symmetric A, from x = 0 with r = p = b:
//   a = r.r / p.Ap;  x += a p;  r' = r - a Ap;  p' = r' + (r'.r' / r.r) p.
// Hestenes and Stiefel 1952, Methods of Conjugate Gradients for Solving Linear Systems.
// Legend: T tasks, P values of a vector.
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.InnerLoop;

/// <summary>
/// Conjugate gradients for many systems at once, each with its own inner products. The number of steps is fixed: how small a residual is depends
/// on rounding, and no work may.
/// </summary>
internal static class ConjugateGradient
{
    /// <summary>
    /// An approximate solution. A system whose matrix is not positive along a direction keeps what it has reached (Steihaug 1983), which before
    /// its first step is b; one that is solved exactly stays. What is not a number spreads to the solution, where it is seen.
    /// </summary>
    /// <param name="product">A v of each system, [T, P] from [T, P], without a graph.</param>
    /// <param name="b">[T, P].</param>
    /// <param name="steps">How many; 0 gives b.</param>
    /// <returns>[T, P].</returns>
    public static Tensor Solve(Func<Tensor, Tensor> product, Tensor b, int steps)
    {
        var state = new State(b, b, b, Dot(b, b), null);
        for (var step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            state = Next(state, product(state.Direction), isFirst: step == 0).MoveOut();
        }

        return state.Solution;
    }

    private static State Next(State state, Tensor product, bool isFirst)
    {
        // Where a direction has no length left its product has none either: a system that is solved stops like one that cannot be.
        var curvature_T1 = Dot(state.Direction, product);
        var stopped_T1 = curvature_T1.le(HeldScalars.Of(0)).bitwise_or(state.Length.le(HeldScalars.Of(0)));
        stopped_T1 = state.Stopped is { } before ? stopped_T1.bitwise_or(before) : stopped_T1;
        var start = isFirst ? Ops.Multiply(state.Solution, stopped_T1.to_type(state.Solution.dtype)) : state.Solution;
        var size_T1 = Quotient(state.Length, curvature_T1, stopped_T1);
        var solution = Ops.AddProduct(start, size_T1, state.Direction);
        var residual = Ops.AddProduct(state.Residual, Ops.Negate(size_T1), product);
        var length_T1 = Dot(residual, residual);
        var direction = Ops.AddProduct(residual, Quotient(length_T1, state.Length, stopped_T1), state.Direction);
        return new State(solution, residual, direction, length_T1, stopped_T1);
    }

    private static Tensor Quotient(Tensor numerator, Tensor denominator, Tensor stopped) =>
        Ops.Divide(numerator, denominator).masked_fill(stopped, HeldScalars.Of(0));

    private static Tensor Dot(Tensor x, Tensor y) => Ops.Sum(Ops.Multiply(x, y), 1, keepDimension: true);

    /// <summary>Between two steps: three vectors [T, P], and [T, 1] the squared length of the residual and which systems have stopped.</summary>
    private sealed record State(Tensor Solution, Tensor Residual, Tensor Direction, Tensor Length, Tensor? Stopped)
    {
        public State MoveOut()
        {
            foreach (var tensor in new[] { Solution, Residual, Direction, Length, Stopped })
            {
                tensor?.MoveToOuterDisposeScope();
            }

            return this;
        }
    }
}
