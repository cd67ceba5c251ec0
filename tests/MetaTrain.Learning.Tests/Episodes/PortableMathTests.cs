using CsCheck;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Tests.Episodes;

public sealed class PortableMathTests
{
    [Fact]
    public void SinCos_AgreeWithTheSystem_WhenTheAngleIsModerate() => Gen.Double[-1000, 1000].Sample(angle =>
    {
        var (sin, cos) = PortableMath.SinCos(angle);
        Assert.Equal(Math.Sin(angle), sin, 1e-13);
        Assert.Equal(Math.Cos(angle), cos, 1e-13);
    });

    [Fact]
    public void Exp_AgreesWithTheSystem_WhereTheResultIsNormal() => Gen.Double[-708, 709].Sample(power =>
        Assert.Equal(Math.Exp(power), PortableMath.Exp(power), 1e-14 * Math.Exp(power)));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1e9, 0)]
    [InlineData(double.NegativeInfinity, 0)]
    [InlineData(1e9, double.PositiveInfinity)]
    [InlineData(double.NaN, double.NaN)]
    public void Exp_SaysWhatLiesBeyond(double power, double expected) => Assert.Equal(expected, PortableMath.Exp(power));

    [Fact]
    public void Log_AgreesWithTheSystem_WhenTheValueIsNormal() => Gen.Double[-300, 300].Sample(exponent =>
    {
        var value = Math.Pow(10, exponent);
        Assert.Equal(Math.Log(value), PortableMath.Log(value), 1e-15 * Math.Max(1, Math.Abs(Math.Log(value)) * 2));
    });

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(Math.PI / 2, 1, 0)]
    [InlineData(Math.PI, 0, -1)]
    [InlineData(-Math.PI / 2, -1, 0)]
    public void SinCos_AreExactToTheLastDigits_AtQuarterTurns(double angle, double sin, double cos)
    {
        Assert.Equal(sin, PortableMath.Sin(angle), 2e-16);
        Assert.Equal(cos, PortableMath.Cos(angle), 2e-16);
    }

    [Fact]
    public void Power_AgreesWithTheSystem_WhenTheExponentIsLarge() => Gen.Select(Gen.Double[0.5, 1], Gen.Int[0, 2000]).Sample((value, exponent) =>
        Assert.Equal(Math.Pow(value, exponent), PortableMath.Power(value, exponent), 1e-12));
}
