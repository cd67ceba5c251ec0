using CsCheck;
using MetaTrain.Learning.MetaOptimizers;

namespace MetaTrain.Learning.Tests.MetaOptimizers;

public sealed class GradientClippingTests
{
    [Fact]
    public void Norm_IsPythagoras_WhenTheValuesAreKnown() => Assert.Equal(13.0, GradientClipping.Norm([3, 4, 12]));

    [Fact]
    public void Norm_StaysFinite_WhenSquaresWouldOverflowASingle() =>
        Assert.Equal(1e30 * Math.Sqrt(5), GradientClipping.Norm([1e30f, 1e30f, 1e30f, 1e30f, 1e30f]), 1e24);

    [Fact]
    public void Apply_BoundsTheNormAndKeepsTheDirection_WhenTheNormIsTooLarge() => Gen.Float[-100, 100].Array[1, 50].Sample(values =>
    {
        var clipped = (float[])values.Clone();
        GradientClipping.Apply(clipped, clipValue: null, clipNorm: 1);

        var norm = GradientClipping.Norm(values);
        Assert.InRange(GradientClipping.Norm(clipped), 0, 1 + 1e-5);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal(norm > 1 ? values[i] / norm : values[i], clipped[i], 1e-5);
        }
    });

    [Fact]
    public void Apply_BoundsEachValue_WhenClippedByValue()
    {
        float[] gradient = [-3, -0.5f, 0, 0.5f, 3];
        GradientClipping.Apply(gradient, clipValue: 1, clipNorm: null);
        Assert.Equal([-1, -0.5f, 0, 0.5f, 1], gradient);
    }

    [Fact]
    public void Apply_LeavesNotANumberVisible_WhenTheGradientIsBroken()
    {
        float[] gradient = [1, float.NaN];
        GradientClipping.Apply(gradient, clipValue: 0.5, clipNorm: 0.5);
        Assert.True(float.IsNaN(gradient[1]));
    }
}
