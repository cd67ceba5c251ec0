using MetaTrain.Learning.Experiments;

namespace MetaTrain.Learning.Tests.Experiments;

public sealed class CalibrationTests
{
    private const double Tolerance = 1e-7;

    [Fact]
    public void Of_GivesWhatIsComputedByHand()
    {
        // Two classes of two examples: confidences 0.9 (right), 0.59 (wrong), 0.62 (right), 0.97 (right), each in a bin of its own:
        // 14 (from 0.867), 9 (from 0.533), 10 (from 0.6), 15 (from 0.933).
        var logits = Logits([0.9, 0.1], [0.41, 0.59], [0.38, 0.62], [0.03, 0.97]);

        var (error, likelihood) = Calibration.Of(logits, examples: 4, classes: 2);

        Assert.Equal((0.1 + 0.59 + 0.38 + 0.03) / 4, error, Tolerance);
        Assert.Equal(-(Math.Log(0.9) + Math.Log(0.41) + Math.Log(0.62) + Math.Log(0.97)) / 4, likelihood, Tolerance);
    }

    [Fact]
    public void Error_WeighsExamplesOfABinTogether_SoThatRightAndWrongMakeUpForEachOther()
    {
        // All four in (11/15, 12/15]: right 3 of 4, mean confidence 0.76; one by one the errors would be 0.24 three times and 0.76.
        var logits = Logits([0.76, 0.24], [0.76, 0.24], [0.24, 0.76], [0.76, 0.24]);

        Assert.Equal(0.01, Calibration.Of(logits, examples: 4, classes: 2).Error, Tolerance);

        var bins = Calibration.BinsOf(logits, examples: 4, classes: 2);
        Assert.Equal(new CalibrationBin(4, 3, 4 * 0.76), bins[11] with { Confidence = Math.Round(bins[11].Confidence, 6) });
        Assert.All(bins.Where((_, index) => index != 11), bin => Assert.Equal(default, bin));
    }

    [Fact]
    public void Of_TakesAProbabilityOfExactlyOne_IntoTheLastBin()
    {
        float[] logits = [1000, 0, 0, -1000];

        var bins = Calibration.BinsOf(logits, examples: 2, classes: 2);
        var (error, likelihood) = Calibration.Of(logits, examples: 2, classes: 2);

        // The second is as sure, and wrong: its label has a probability of e^-1000, which no double holds and its logarithm does.
        Assert.Equal(new CalibrationBin(2, 1, 2), bins[^1]);
        Assert.Equal(0.5, error, Tolerance);
        Assert.Equal(500, likelihood, Tolerance);
    }

    [Fact]
    public void Of_CountsTheFirstOfEquals_AndPutsABoundaryIntoTheLowerBin()
    {
        // Five equal logits: 0.2 = 3/15 is the upper end of bin 3; one of five is right.
        var bins = Calibration.BinsOf(new float[25], examples: 5, classes: 5);

        Assert.Equal(5, bins[2].Count);
        Assert.Equal(1, bins[2].Right);
        Assert.Equal(0, Calibration.ErrorOf(bins), Tolerance);
        Assert.Equal(Math.Log(5), Calibration.Of(new float[25], 5, 5).NegativeLogLikelihood, Tolerance);
    }

    [Fact]
    public void Of_MeasuresSeveralEpisodesAsOneSet_AndBinsAddUpToTheSame()
    {
        var (one, other) = (Logits([0.9, 0.1], [0.3, 0.7]), Logits([0.2, 0.8], [0.4, 0.6]));

        var together = Calibration.Of([.. one, .. other], examples: 2, classes: 2);

        var bins = Calibration.BinsOf(one, 2, 2).Zip(Calibration.BinsOf(other, 2, 2), (a, b) =>
            new CalibrationBin(a.Count + b.Count, a.Right + b.Right, a.Confidence + b.Confidence)).ToArray();
        Assert.Equal(Calibration.ErrorOf(bins), together.Error, 1e-12);
        Assert.Equal((0.1 + 0.3 + 0.8 + 0.4) / 4, together.Error, Tolerance);
    }

    [Fact]
    public void Of_IsTheSame_WhateverIsAddedToAnExamplesLogits()
    {
        float[] logits = [1, 2, 3, 0.5f, 0.25f, -1, 4, 4, 2];
        float[] shifted = [.. logits.Select((value, index) => value + (index / 3 * 64))];

        Assert.Equal(Calibration.Of(logits, 3, 3), Calibration.Of(shifted, 3, 3));
    }

    [Fact]
    public void Of_SaysInfiniteOrNotANumber_WhereThatIsSo()
    {
        Assert.Equal(double.PositiveInfinity, Calibration.Of([float.NegativeInfinity, 0, 0, 0], 2, 2).NegativeLogLikelihood);
        Assert.Equal(0, Calibration.ErrorOf(new CalibrationBin[Calibration.Bins]));
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity })
        {
            var (error, likelihood) = Calibration.Of([0, bad, 0, 1], 2, 2);
            Assert.Equal((double.NaN, double.NaN), (error, likelihood));
        }
    }

    [Theory]
    [InlineData(6, 3, 2, "multiple")]
    [InlineData(5, 2, 2, "whole episodes")]
    [InlineData(0, 2, 2, "whole episodes")]
    public void Of_RefusesNumbersThatDoNotGoTogether(int length, int examples, int classes, string message)
    {
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => Calibration.Of(new float[length], examples, classes)).Message, StringComparison.Ordinal);
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => F1Score.Of(new float[length], examples, classes)).Message, StringComparison.Ordinal);
    }

    /// <summary>Logits with these probabilities.</summary>
    private static float[] Logits(params double[][] probabilities) => [.. probabilities.SelectMany(row => row.Select(p => (float)Math.Log(p)))];
}
