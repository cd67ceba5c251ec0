using MetaTrain.Learning.Devices;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Algorithms;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.InnerLoop;

/// <summary>Systems of two or three unknowns, many at once.</summary>
public sealed class ConjugateGradientTests
{
    /// <summary>Symmetric and positive, with the eigenvalues 1, 3 and 6 along no axis.</summary>
    private static readonly double[] Positive = [3, -1, 1, -1, 4, -2, 1, -2, 3];

    [Fact]
    public void Solve_IsExact_AfterAsManySteps_AsThereAreUnknowns()
    {
        var b = new[] { 1.0, -2, 0.5 };

        var x = Solve([Positive], [b], steps: 3)[0];

        TestTasks.AssertClose(b, Times(Positive, x), 1e-12);
    }

    [Fact]
    public void Solve_StaysWhereItIs_OnceASystemIsSolved()
    {
        // An eigenvector takes one step, nothing takes none; both have a residual of exactly nothing, and no quotient of that is taken.
        double[] diagonal = [2, 0, 0, 0, 4, 0, 0, 0, 8];

        var solutions = Solve([diagonal, diagonal, Positive], [[0, 3, 0], [0, 0, 0], [1, 1, 1]], steps: 9);

        Assert.Equal([0, 0.75, 0], solutions[0]);
        Assert.Equal([0, 0, 0], solutions[1]);
        TestTasks.AssertClose([1, 1, 1], Times(Positive, solutions[2]), 1e-12);
    }

    [Fact]
    public void Solve_StopsAtADirection_AlongWhichTheMatrixIsNotPositive()
    {
        double[] saddle = [2, 0, 0, 0, 1, 0, 0, 0, -1];
        var b = new[] { 1.0, 1, 0.5 };

        // The first direction is b, of curvature 2.75: a step of 2.25 / 2.75. The second has none: the step is kept.
        var first = 2.25 / 2.75;
        TestTasks.AssertClose([first, first, first / 2], Solve([saddle], [b], steps: 1)[0], 1e-14);
        var after = Solve([saddle, Positive], [b, b], steps: 5);
        Assert.Equal(Solve([saddle], [b], steps: Until(saddle, b))[0], after[0]);
        TestTasks.AssertClose(b, Times(Positive, after[1]), 1e-12);

        // And where the first direction has none, there is nothing better than b.
        Assert.Equal([0.1, 0, 3], Solve([saddle], [[0.1, 0, 3]], steps: 4)[0]);
    }

    [Fact]
    public void Solve_GivesEachSystemTheSameBits_AloneAndAmongOthers()
    {
        double[] other = [5, 2, 0, 2, 7, 1, 0, 1, 9];
        double[][] b = [[1, 2, 3], [-0.3, 0.7, 0.1]];

        var together = Solve([Positive, other], b, steps: 2);

        Assert.Equal(Solve([Positive], [b[0]], steps: 2)[0], together[0]);
        Assert.Equal(Solve([other], [b[1]], steps: 2)[0], together[1]);
    }

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(1, double.NaN)]
    public void Solve_ShowsWhatIsNotANumber(double inMatrix, double inB) =>
        Assert.Contains(Solve([[inMatrix, 0, 0, 0, 1, 0, 0, 0, 1]], [[inB, 1, 1]], steps: 3)[0], double.IsNaN);

    /// <summary>By hand: the steps until a direction without positive curvature comes up.</summary>
    private static int Until(double[] matrix, double[] b)
    {
        var (r, p) = (b, b);
        for (var step = 0; ; step++)
        {
            var (product, length) = (Times(matrix, p), Dot(r, r));
            if (Dot(p, product) <= 0)
            {
                Assert.InRange(step, 1, 2);
                return step;
            }

            var size = length / Dot(p, product);
            r = [.. r.Zip(product, (value, along) => value - (size * along))];
            p = [.. r.Zip(p, (value, along) => value + (Dot(r, r) / length * along))];
        }
    }

    private static double[][] Solve(double[][] matrices, double[][] b, int steps)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var tasks = b.Length;
        var matrices_T33 = TensorData.FromValues([.. matrices.SelectMany(matrix => matrix)], [tasks, 3, 3]);
        var x = ConjugateGradient.Solve(
            v => matrices_T33.matmul(v.unsqueeze(2)).squeeze(2), TensorData.FromValues([.. b.SelectMany(row => row)], [tasks, 3]), steps);
        return [.. TensorData.ToDoubles(x).Chunk(3)];
    }

    private static double[] Times(double[] matrix, double[] x) => [.. matrix.Chunk(3).Select(row => Dot(row, x))];

    private static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();
}
