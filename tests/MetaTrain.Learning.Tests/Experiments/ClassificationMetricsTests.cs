using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Learning.Tests.Experiments;

/// <summary>Against values computed by hand.</summary>
public sealed class ClassificationMetricsTests
{
    [Fact]
    public void MacroF1_IsTheMeanOverClasses_OfEachTask()
    {
        // Labels 0 0 1 1 2 2. First task: class 0 has 1 of 3 right, class 1 has 2 of 3 right, class 2 is never predicted.
        var scores = ClassificationMetrics.MacroF1(Shape(ways: 3, queries: 2), Answers(3, 0, 1, 1, 1, 0, 0, /* second task */ 0, 0, 1, 1, 2, 2));

        Assert.Equal([(0.4 + 0.8 + 0) / 3, 1], scores, Near);
    }

    [Fact]
    public void MacroF1_TakesTheFirst_OfEqualPredictions() =>
        Assert.Equal([0.5 / 3], ClassificationMetrics.MacroF1(Shape(ways: 3, queries: 2), new float[6 * 3]), Near);

    [Fact]
    public void NegativeLogLikelihood_IsTheMeanOverQueries_OfEachTask()
    {
        var predictions = Logits([0.7, 0.3], [0.4, 0.6], /* second task */ [0.5, 0.5], [0.5, 0.5]);

        var likelihoods = ClassificationMetrics.NegativeLogLikelihood(Shape(ways: 2, queries: 1), predictions);

        // -ln 0.7 = 0.356675, -ln 0.6 = 0.510826, ln 2 = 0.693147.
        Assert.Equal([(0.356675 + 0.510826) / 2, 0.693147], likelihoods, (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void NegativeLogLikelihood_IsFinite_WhereAProbabilityIsExactlyOneOrZero()
    {
        float[] right = [1000, -1000, -1000, 1000];
        float[] wrong = [-1000, 1000, 1000, -1000];

        Assert.Equal([0], ClassificationMetrics.NegativeLogLikelihood(Shape(ways: 2, queries: 1), right));
        Assert.Equal([2000], ClassificationMetrics.NegativeLogLikelihood(Shape(ways: 2, queries: 1), wrong));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void NegativeLogLikelihood_IsNotANumber_WhenAPredictionIsNotFinite(float prediction)
    {
        Assert.Equal([double.NaN], ClassificationMetrics.NegativeLogLikelihood(Shape(ways: 2, queries: 1), [1, prediction, 0, 1]));
        Assert.Equal([double.NaN], ClassificationMetrics.NegativeLogLikelihood(Shape(ways: 2, queries: 1), [1, 0, prediction, 1]));
    }

    [Fact]
    public void CalibrationBins_SumQueriesConfidencesAndHits()
    {
        // Labels 0 0 1 1. Two queries at 0.9 (bin 13 from 0), one of them wrong; two at 0.62 (bin 9), both right.
        var bins = ClassificationMetrics.CalibrationBins(Shape(ways: 2, queries: 2), Logits([0.9, 0.1], [0.1, 0.9], [0.38, 0.62], [0.38, 0.62]));

        Assert.Equal([2, 1.24, 2], bins[27..30], Near);
        Assert.Equal([2, 1.8, 1], bins[39..42], Near);
        Assert.Equal(4 + 1.24 + 1.8 + 3, bins.Sum(), 1e-6);
        Assert.Equal((Math.Abs(2 - 1.24) + Math.Abs(1 - 1.8)) / 4, ErrorOf(bins), 1e-6);
    }

    [Fact]
    public void CalibrationBins_AreClosedAbove()
    {
        // Five equal probabilities are a confidence of 3 / 15: the third bin. A confidence of exactly 1 is in the last.
        var equal = ClassificationMetrics.CalibrationBins(Shape(ways: 5, queries: 1), new float[5 * 5]);
        var sure = ClassificationMetrics.CalibrationBins(Shape(ways: 2, queries: 1), [1000, -1000, 1000, -1000]);

        Assert.Equal([5, 1, 1], equal[6..9], Near);
        Assert.Equal(7, equal.Sum(), 1e-12);
        Assert.Equal(0, ErrorOf(equal), 1e-12);
        Assert.Equal([2, 2, 1], sure[42..45]);
        Assert.Equal(0.5, ErrorOf(sure));
    }

    [Fact]
    public void CalibrationError_IsOfSummedBins_NotAMeanOfErrors()
    {
        // Alone the two queries err by 0.1 and 0.9, which is 0.5 on average; together they err by |1 - 1.8| / 2.
        var shape = Shape(ways: 2, queries: 1);
        var both = ClassificationMetrics.CalibrationBins(shape, Logits([0.9, 0.1], [0.9, 0.1]));

        Assert.Equal(0.4, ErrorOf(both), 1e-6);
    }

    [Fact]
    public void CalibrationError_IsNotANumber_WithoutQueries() => Assert.Equal(double.NaN, ErrorOf(new double[45]));

    [Fact]
    public void GroupHits_CountTheQueriesOfEachGroup_AndLeaveOutThoseOfNone()
    {
        var groups = ClassGroups.OfNames(["b/one", "b/two", "a/one", "none"]);
        int[] classes = [0, 2, /* second task */ 3, 1, /* third */ -1, 2];

        // Hits: task 1 way 0 (b); way 1 (a) misses; task 2 way 0 (none), way 1 (b) hit; task 3 way 1 (a) hit.
        var hits = ClassificationMetrics.GroupHits(Shape(ways: 2, queries: 1), Answers(2, 0, 0, 0, 1, 0, 1), classes, groups);

        Assert.Equal(["a", "b"], groups.Names);
        Assert.Equal([2, 1, 2, 1, 1, 2, /* b */ 2, 2, 2, 2, 2, 2], hits);
    }

    [Fact]
    public void GroupHits_AreAddedUpByEpisode()
    {
        var groups = ClassGroups.OfEach(["b", "b", "a"]);

        // Two classes of one name in the first task: one with one hit of two, one with none; two hits of two in the second.
        var hits = ClassificationMetrics.GroupHits(Shape(ways: 2, queries: 2), Answers(2, 0, 1, 0, 0, 0, 0, 1, 1), [0, 1, 2, 0], groups);

        Assert.Equal(["a", "b"], groups.Names);
        Assert.Equal([2, 2, 4, 4, 4, 1, /* b */ 6, 3, 16 + 4, 4 + 4, 1 + 4, 2], hits);
    }

    [Fact]
    public void GroupAccuracy_HasTheIntervalOfAMean_WhereEveryEpisodeHasAsManyQueries()
    {
        // 3, 5 and 4 hits of 5 each.
        var accuracy = ClassificationMetrics.GroupAccuracy([15, 12, 75, 60, 9 + 25 + 16, 3]);

        var mean = Measurement.FromSums(12 / 5.0, (9 + 25 + 16) / 25.0, 3);
        Assert.Equal(mean.Mean, accuracy.Mean, 1e-12);
        Assert.Equal(mean.Ci95, accuracy.Ci95, 1e-12);
        Assert.True(accuracy.Ci95 > 0.1);
    }

    [Fact]
    public void GroupAccuracy_HasTheIntervalOfARatio_ByHand()
    {
        // 2 of 2, then 3 of 8: 5 of 10. Residuals 2 - 1 and 3 - 4: the variance is (1 + 1) * 2 / 1 / 100.
        var accuracy = ClassificationMetrics.GroupAccuracy([10, 5, 68, 28, 13, 2]);

        Assert.Equal(0.5, accuracy.Mean);
        Assert.Equal(1.96 * 0.2, accuracy.Ci95, 1e-12);
        Assert.Equal(double.NaN, ClassificationMetrics.GroupAccuracy([2, 1, 4, 2, 1, 1]).Ci95);
    }

    [Fact]
    public void CalibrationError_HasTheIntervalOfAMean_OverEpisodes()
    {
        // The first query of each episode at a confidence of 0.9 (right), 0.9 (wrong), 0.7 (right): gaps 0.1, -0.9 in one bin and 0.3 in another.
        // The second at one half, answered with the first class and so wrong: gaps of -0.5.
        var shape = Shape(ways: 2, queries: 1);
        float[] predictions = [.. Logits([0.9, 0.1], [0.5, 0.5]), .. Logits([0.1, 0.9], [0.5, 0.5]), .. Logits([0.7, 0.3], [0.5, 0.5])];
        var (bins, pairs) = (ClassificationMetrics.CalibrationBins(shape, predictions), ClassificationMetrics.CalibrationPairs(shape, predictions));

        var error = ClassificationMetrics.CalibrationError(bins, pairs, 3);

        double[] ofEpisode = [-0.1 + 0.5, 0.9 + 0.5, 0.3 + 0.5];
        var mean = Measurement.FromSums(ofEpisode.Sum(), ofEpisode.Sum(value => value * value), 3);
        Assert.Equal(mean.Mean / 2, error.Mean, 1e-6);
        Assert.Equal(mean.Ci95 / 2, error.Ci95, 1e-6);
    }

    [Fact]
    public void OfNames_FindsNoGroups_WhereNamesHaveNoSlash()
    {
        var groups = ClassGroups.OfNames(["one", "/two"]);

        Assert.Empty(groups.Names);
        Assert.Equal([-1, -1, -1, -1], new[] { -1, 0, 1, 2 }.Select(groups.IndexOf));
        Assert.Empty(ClassificationMetrics.GroupHits(Shape(ways: 2, queries: 1), new float[4], [0, 1], groups));
    }

    private static double ErrorOf(double[] bins) => ClassificationMetrics.CalibrationError(bins, new double[ClassificationMetrics.BinPairs], 1).Mean;

    private static EpisodeShape Shape(int ways, int queries) => new() { Ways = ways, Shots = 1, Queries = queries, Input = [1] };

    private static float[] Logits(params double[][] probabilities) => [.. probabilities.SelectMany(row => row.Select(p => (float)Math.Log(p)))];

    private static float[] Answers(int ways, params int[] answers) => [.. answers.SelectMany(answer => Enumerable.Range(0, ways).Select(way => way == answer ? 1f : 0f))];

    private static bool Near(double expected, double actual) => Math.Abs(expected - actual) < 1e-6;
}
