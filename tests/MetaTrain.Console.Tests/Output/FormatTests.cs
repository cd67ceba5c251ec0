using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client.Tests.Fakes;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Tests.Output;

public sealed class FormatTests
{
    [Theory]
    [InlineData(0.43121, "0.4312")]
    [InlineData(0.00004, "4.00e-5")]
    [InlineData(12.3456, "12.35")]
    [InlineData(123456.0, "1.235e+5")]
    [InlineData(0.0, "0")]
    [InlineData(double.NaN, "NaN")]
    public void Loss_KeepsTheDigitsThatMatter(double loss, string text) => Assert.Equal(text, Format.Loss(loss));

    [Theory]
    [InlineData(42, "0:42", "42 s")]
    [InlineData(185, "3:05", "3 min 5 s")]
    [InlineData(7_622, "2:07:02", "2 h 7 min")]
    [InlineData(273_600, "3 d 4 h", "76 h 0 min")]
    public void Times_AreLegible(int seconds, string clock, string words)
    {
        Assert.Equal(clock, Format.Clock(TimeSpan.FromSeconds(seconds)));
        Assert.Equal(words, Format.Words(TimeSpan.FromSeconds(seconds)));
    }

    [Fact]
    public void Numbers_CarryTheirUnits()
    {
        Assert.Equal(("1 block", "2,000 blocks"), (Format.Count(1, "block"), Format.Count(2_000, "block")));
        Assert.Equal(("512 B", "1.5 KiB", "3.0 MiB", "2.0 GiB"), (Format.Bytes(512), Format.Bytes(1536), Format.Bytes(3 << 20), Format.Bytes(2L << 30)));
        Assert.Equal("94.3 ± 0.6 %", Format.Percent(new Estimate(0.943, 0.0061)));
        Assert.Equal("MSE 3.210 after 0, 0.610 after 1, 0.330 after 10", Format.Evaluation(Statuses.Regression()));
    }
}
