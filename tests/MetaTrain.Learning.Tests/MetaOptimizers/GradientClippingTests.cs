using CsCheck;
using MetaTrain.Learning.MetaOptimizers;

namespace MetaTrain.Learning.Tests.MetaOptimizers;

public sealed class GradientClippingTests
{
    [Fact]
    public void Norm_IsPythagoras_WhenTheValuesAreKnown() => Assert.Equal(13.0, Norm([3, 4, 12]));

    [Fact]
    public void Norm_StaysFinite_WhenSquaresWouldOverflowASingle() =>
        Assert.Equal(1e30 * Math.Sqrt(5), Norm([1e30f, 1e30f, 1e30f, 1e30f, 1e30f]), 1e24);

    [Fact]
    public void ByNorm_BoundsTheNormAndKeepsTheDirection_WhenTheNormIsTooLarge() => Gen.Float[-100, 100].Array[1, 50].Sample(values =>
    {
        var clipped = (float[])values.Clone();
        GradientClipping.ByNorm(clipped, limit: 1, SquareSums(clipped));

        var norm = Norm(values);
        Assert.InRange(Norm(clipped), 0, 1 + 1e-5);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal(norm > 1 ? values[i] / norm : values[i], clipped[i], 1e-5);
        }
    });

    [Fact]
    public void ByValue_BoundsEachValue()
    {
        float[] gradient = [-3, -0.5f, 0, 0.5f, 3];
        GradientClipping.ByValue(gradient, limit: 1);
        Assert.Equal([-1, -0.5f, 0, 0.5f, 1], gradient);
    }

    [Fact]
    public void Clipping_LeavesNotANumberVisible_WhenTheGradientIsBroken()
    {
        float[] gradient = [1, float.NaN];
        GradientClipping.ByValue(gradient, limit: 0.5);
        GradientClipping.ByNorm(gradient, limit: 0.5, SquareSums(gradient));
        Assert.True(float.IsNaN(gradient[1]));
    }

    [Fact]
    public void SquareSums_HaveTheSameBits_WhenAGradientIsCutBetweenPieces() => Gen.Int[0, 1000].Sample(seed =>
    {
        var random = new Random(seed);
        var gradient = Enumerable.Range(0, (3 * GradientClipping.PieceLength) + random.Next(GradientClipping.PieceLength))
            .Select(_ => random.NextSingle() - 0.5f).ToArray();
        var cut = random.Next(1, 4) * GradientClipping.PieceLength;
        Assert.Equal(
            SquareSums(gradient),
            cut == gradient.Length ? SquareSums(gradient) : [.. SquareSums(gradient.AsSpan(0, cut)), .. SquareSums(gradient.AsSpan(cut))]);
    }, iter: 20);

    private static double[] SquareSums(ReadOnlySpan<float> gradient)
    {
        var sums = new double[GradientClipping.Pieces(gradient.Length)];
        GradientClipping.SquareSums(gradient, sums);
        return sums;
    }

    private static double Norm(ReadOnlySpan<float> gradient) => GradientClipping.Norm(SquareSums(gradient));
}
