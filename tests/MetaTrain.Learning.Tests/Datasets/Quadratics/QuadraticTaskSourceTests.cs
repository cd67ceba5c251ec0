using MetaTrain.Learning.Datasets.Quadratics;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Tests.Datasets.Quadratics;

public sealed class QuadraticTaskSourceTests
{
    private const int Functions = 2000;

    [Fact]
    public void Sample_DrawsRowsAndValuesOfDeviationOne_AndAStartBesides()
    {
        // Targets are y - W start: their variance is 1 + 10 times that of the start's coordinates.
        Assert.Equal(1, SecondMoment(new QuadraticOptions(), block => block.SupportInputs), 0.02);
        Assert.Equal(1, SecondMoment(new QuadraticOptions { StartDeviation = 0 }, block => block.SupportTargets), 0.04);
        Assert.Equal(1 + (10 * 4), SecondMoment(new QuadraticOptions { StartDeviation = 2 }, block => block.SupportTargets), 2.5);
    }

    [Fact]
    public void Sample_MovesTheTargetsByTheRowsAlone_WhenTheStartIsElsewhere()
    {
        // The functions are the same: a start d further on changes the target of row w by w d, with one d for all rows.
        var (zero, one, two) = (Draw(new QuadraticOptions { StartDeviation = 0 }), Draw(new QuadraticOptions()), Draw(new QuadraticOptions { StartDeviation = 2 }));
        Assert.Equal(zero.SupportInputs, one.SupportInputs);
        for (var row = 0; row < 10; row++)
        {
            Assert.Equal(2 * (one.SupportTargets[row] - zero.SupportTargets[row]), two.SupportTargets[row] - zero.SupportTargets[row], 1e-3);
        }

        Assert.Contains(Enumerable.Range(0, 10), row => Math.Abs(one.SupportTargets[row] - zero.SupportTargets[row]) > 0.5);
    }

    [Fact]
    public void Sample_AsksTheQueriesOfTheFunctionItself()
    {
        var block = Draw(new QuadraticOptions());
        Assert.Equal(block.SupportInputs, block.QueryInputs);
        Assert.Equal(block.SupportTargets, block.QueryTargets);
    }

    [Fact]
    public void Refuse_NamesTheRemedy_WhenAFunctionWouldLoseRows()
    {
        var source = new QuadraticTaskSource(new QuadraticOptions());
        Assert.Contains("leave shots and queries out", source.Refuse(Split.Test, source.TrainingShape with { Shots = 5 }));
        Assert.Contains("leave ways at 0", source.Refuse(Split.Test, source.TrainingShape with { Ways = 5, Targets = 0 }));
    }

    private static double SecondMoment(QuadraticOptions options, Func<EpisodeBlock, float[]> values)
    {
        var source = new QuadraticTaskSource(options);
        var block = new EpisodeBlock(source.TrainingShape, Functions);
        for (var task = 0; task < Functions; task++)
        {
            source.Sample(new EpisodeKey(3, Split.Train, 0, task), block, task);
        }

        return values(block).Average(value => (double)value * value);
    }

    private static EpisodeBlock Draw(QuadraticOptions options)
    {
        var source = new QuadraticTaskSource(options);
        var block = new EpisodeBlock(source.TrainingShape, 1);
        source.Sample(new EpisodeKey(3, Split.Train, 7, 1), block, 0);
        return block;
    }
}
