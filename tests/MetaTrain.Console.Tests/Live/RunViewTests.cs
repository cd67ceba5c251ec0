using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client.Jobs;
using MetaTrain.Client.Tests.Fakes;
using MetaTrain.Console.Live;

namespace MetaTrain.Console.Tests.Live;

public sealed class RunViewTests
{
    [Fact]
    public void Remaining_FollowsThePaceOfTheLastHalfMinute()
    {
        RunView view = Replay((0, 0), (10, 1_000), (60, 1_100), (70, 1_200));
        Assert.Equal(TimeSpan.FromSeconds(80), view.Remaining());
    }

    [Fact]
    public void Remaining_IsUnknown_WhenACoordinatorWentBackToItsCommit()
    {
        RunView view = Replay((0, 500), (5, 1_000), (6, 900));
        Assert.Null(view.Remaining());
    }

    [Fact]
    public void Remaining_IsUnknown_WhenTheJobDoesNotRun() =>
        Assert.Null(Replay((0, 500), (5, 1_000)).Apply(new JobUpdate { Status = Statuses.Completed() }, TimeSpan.FromSeconds(6)).Remaining());

    [Fact]
    public void AccuracyHistory_StaysBounded_AndKeepsItsBeginning()
    {
        var view = new RunView();
        for (int iteration = 0; iteration < 1_000; iteration++)
        {
            JobStatus status = Statuses.Running() with { Iteration = iteration, MetaAccuracy = iteration / 1_000.0 };
            view = view.Apply(new JobUpdate { Status = status }, TimeSpan.FromSeconds(iteration));
        }

        Assert.InRange(view.AccuracyHistory.Length, 60, 120);
        Assert.Equal(0, view.AccuracyHistory[0]);
        Assert.Equal(view.AccuracyHistory.Order(), view.AccuracyHistory);
        Assert.InRange(view.AccuracyHistory[^1], 0.95, 1);
    }

    [Fact]
    public void AccuracyHistory_CountsAnIterationOnce()
    {
        RunView view = Replay((0, 10), (1, 10), (2, 10), (3, 11));
        Assert.Equal(2, view.AccuracyHistory.Length);
    }

    [Theory]
    [InlineData(new double[] { 0, 1, 2, 3, 4, 5, 6, 7 }, 8, "▁▂▃▄▅▆▇█")]
    [InlineData(new double[] { 0, 0, 7, 7 }, 2, "▁█")]
    [InlineData(new double[] { 3, 3, 3 }, 8, "▁▁▁")]
    [InlineData(new double[] { 1, double.NaN, 2 }, 8, "▁█")]
    [InlineData(new double[] { 1 }, 8, "")]
    [InlineData(new double[] { 1, 2 }, -3, "")]
    public void Sparkline_SqueezesItsValues(double[] values, int width, string expected) =>
        Assert.Equal(expected, Sparkline.Render(values, width, Glyphs.Unicode.Spark));

    private static RunView Replay(params (int Second, long Iteration)[] steps) => steps.Aggregate(
        new RunView(),
        (view, step) => view.Apply(
            new JobUpdate { Status = Statuses.Running() with { Iteration = step.Iteration } }, TimeSpan.FromSeconds(step.Second)));
}
