using MetaTrain.Learning.Datasets.Mixtures;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Tests.Datasets.Mixtures;

public sealed class RegressionMixtureTaskSourceTests
{
    [Theory]
    [InlineData(RegressionFamily.Line, new[] { 3.0, 3 })]
    [InlineData(RegressionFamily.Quadratic, new[] { 3.0, 2, 0.2 })]
    [InlineData(RegressionFamily.Cubic, new[] { 3.0, 2, 0.2, 0.1 })]
    public void Sample_StaysOnOnePolynomialWithinTheRanges_AndFillsThem(RegressionFamily family, double[] bounds)
    {
        var largest = new double[bounds.Length];
        for (var task = 0; task < 1000; task++)
        {
            var block = Draw(family, task);

            // Support points at the ends and between: Lagrange's polynomial through them is well conditioned, and its coefficients are the task's.
            var order = Enumerable.Range(0, block.SupportInputs.Length).OrderBy(point => block.SupportInputs[point]).ToArray();
            var chosen = Enumerable.Range(0, bounds.Length).Select(k => order[k * (order.Length - 1) / Math.Max(1, bounds.Length - 1)]).ToArray();
            var coefficients = Interpolate(
                [.. chosen.Select(point => (double)block.SupportInputs[point])], [.. chosen.Select(point => (double)block.SupportTargets[point])]);
            for (var power = 0; power < bounds.Length; power++)
            {
                Assert.InRange(Math.Abs(coefficients[power]), 0, bounds[power] + 0.01);
                largest[power] = Math.Max(largest[power], Math.Abs(coefficients[power]));
            }

            for (var point = 0; point < block.QueryInputs.Length; point++)
            {
                var x = (double)block.QueryInputs[point];
                Assert.InRange(x, -5, 5);
                Assert.Equal(coefficients.Select((value, power) => value * Math.Pow(x, power)).Sum(), block.QueryTargets[point], 0.01);
            }
        }

        Assert.All(largest.Zip(bounds), pair => Assert.True(pair.First > 0.97 * pair.Second, $"{pair.First} of {pair.Second}"));
    }

    [Fact]
    public void Sample_StaysWithinTheSineWavesRanges_AndFillsThem()
    {
        // a sin(w x) + b: at most b + a, at least b - a; the mean of y(x) and y(-x) is b.
        var source = new RegressionMixtureTaskSource(new RegressionMixtureOptions { Families = [RegressionFamily.Sinusoid], Shots = 400, Queries = 1 });
        var (amplitudes, shifts) = (new List<double>(), new List<double>());
        for (var task = 0; task < 200; task++)
        {
            var block = new EpisodeBlock(source.TrainingShape, 1);
            source.Sample(new EpisodeKey(3, Split.Test, 0, task), block, 0);
            var (most, least) = (block.SupportTargets.Max(), block.SupportTargets.Min());
            amplitudes.Add((most - least) / 2);
            shifts.Add((most + least) / 2);
        }

        Assert.InRange(amplitudes.Min(), 0.09, 0.3);
        Assert.InRange(amplitudes.Max(), 4.8, 5 + 1e-5);
        Assert.InRange(shifts.Min(), -0.05, 0.15);
        Assert.InRange(shifts.Max(), (2 * Math.PI) - 0.15, (2 * Math.PI) + 0.05);
    }

    [Fact]
    public void Sample_DrawsEachFamilyEquallyOften()
    {
        // Second differences at equal steps tell a line from a sine wave of any size; a fair half of 2000 is within 4 deviations of 1000.
        var source = new RegressionMixtureTaskSource(new RegressionMixtureOptions { Families = [RegressionFamily.Line, RegressionFamily.Sinusoid], Shots = 3 });
        var lines = Enumerable.Range(0, 2000).Count(task =>
        {
            var block = new EpisodeBlock(source.TrainingShape, 1);
            source.Sample(new EpisodeKey(4, Split.Train, 9, task), block, 0);
            var (x, y) = (block.SupportInputs, block.SupportTargets);
            return Math.Abs(((y[1] - y[0]) * (x[2] - x[0])) - ((y[2] - y[0]) * (x[1] - x[0]))) < 1e-4;
        });

        Assert.InRange(lines, 910, 1090);
    }

    [Fact]
    public void Noise_MovesTargetsByItsDeviation_AndNothingElse()
    {
        var (plain, noisy) = (Source(0), Source(0.3));
        var differences = Enumerable.Range(0, 300).SelectMany(task =>
        {
            var (without, with) = (new EpisodeBlock(plain.TrainingShape, 1), new EpisodeBlock(plain.TrainingShape, 1));
            plain.Sample(new EpisodeKey(5, Split.Train, 0, task), without, 0);
            noisy.Sample(new EpisodeKey(5, Split.Train, 0, task), with, 0);
            Assert.Equal(without.SupportInputs, with.SupportInputs);
            Assert.Equal(without.QueryInputs, with.QueryInputs);
            return without.SupportTargets.Concat(without.QueryTargets).Zip(with.SupportTargets.Concat(with.QueryTargets), (a, b) => (double)(b - a));
        }).ToArray();

        Assert.Equal(0, differences.Average(), 0.02);
        Assert.Equal(0.3, Math.Sqrt(differences.Average(value => value * value)), 0.01);

        static RegressionMixtureTaskSource Source(double noise) => new(new RegressionMixtureOptions { Noise = noise });
    }

    [Fact]
    public void Refuse_SaysSo_WhenAskedForClassesOrMoreInputs()
    {
        var source = new RegressionMixtureTaskSource(new RegressionMixtureOptions());

        Assert.Contains("leave ways at 0", source.Refuse(Split.Test, source.TrainingShape with { Ways = 5, Targets = 0 }));
        Assert.Contains("not 2 and 1", source.Refuse(Split.Test, source.TrainingShape with { Input = [2] }));
    }

    private static EpisodeBlock Draw(RegressionFamily family, int task)
    {
        var source = new RegressionMixtureTaskSource(new RegressionMixtureOptions { Families = [family], Shots = 40, Queries = 10 });
        var block = new EpisodeBlock(source.TrainingShape, 1);
        source.Sample(new EpisodeKey(5, Split.Train, 0, task), block, 0);
        return block;
    }

    /// <summary>The coefficients, lowest power first, of the polynomial through the points.</summary>
    private static double[] Interpolate(double[] x, double[] y)
    {
        var sum = new double[x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            double[] basis = [y[i]];
            foreach (var other in x.Where((_, j) => j != i))
            {
                // Times (x - other) / (x[i] - other).
                var (lower, higher) = (basis.Append(0).Select(value => -other * value), basis.Prepend(0));
                basis = [.. lower.Zip(higher, (a, b) => (a + b) / (x[i] - other))];
            }

            sum = [.. sum.Zip(basis, (a, b) => a + b)];
        }

        return sum;
    }
}
