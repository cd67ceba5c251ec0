using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client.Jobs;
using MetaTrain.Client.Tests.Fakes;
using MetaTrain.Console.Live;

namespace MetaTrain.Console.Tests.Live;

public sealed class PlainProgressTests
{
    private readonly PlainProgress _progress = new(TimeSpan.FromSeconds(5));
    private readonly List<string> _lines = [];
    private RunView _view = new();

    [Fact]
    public void Lines_ComeEveryFewSeconds_AndAtEvents()
    {
        Update(0, Statuses.Running() with { Iteration = 100 });
        Update(1, Statuses.Running() with { Iteration = 120 }, Statuses.Event(1, "committed", RunEventKind.Checkpoint));
        Update(2, Statuses.Running() with { Iteration = 140 }, Statuses.Event(2, "validation at 100: 85.3 ± 0.8 %", RunEventKind.Evaluation));
        Update(5, Statuses.Running() with { Iteration = 200 });
        Update(65, Statuses.Completed());
        Assert.Equal(
            [
                "[0:00] running  iteration 100/2,000  loss 0.4312  accuracy 87.1 %  183 tasks/s  committed 1,200",
                "[0:02] validation at 100: 85.3 ± 0.8 %",
                "[0:05] running  iteration 200/2,000  loss 0.4312  accuracy 87.1 %  183 tasks/s  committed 1,200  ETA 1:30",
                "[1:05] completed  iteration 2,000/2,000  loss 0.4312  accuracy 87.1 %  183 tasks/s  committed 2,000",
            ],
            _lines);
    }

    [Fact]
    public void Lines_TellSilenceOnce_AndItsEnd()
    {
        Update(0, Statuses.Running());
        Apply(3, new JobUpdate { Status = Statuses.Running(), Silence = TimeSpan.FromSeconds(2) });
        Apply(4, new JobUpdate { Status = Statuses.Running(), Silence = TimeSpan.FromSeconds(3) });
        Apply(5, new JobUpdate { Status = Statuses.Running() with { Epoch = 2 }, EventsMissed = 3 });
        Assert.Equal(
            [
                "[0:03] The cluster has not answered for 2.0 s: trying again.",
                "[0:05] 3 events of the job's log are no longer kept.",
                "[0:05] The cluster answers again.",
            ],
            _lines.Skip(1).Take(3));
    }

    [Fact]
    public void Lines_TellWhyAJobIsStalled_Once()
    {
        Update(0, Statuses.Running() with { Stalled = "No workers: start a silo." });
        Update(1, Statuses.Running() with { Stalled = "No workers: start a silo." });
        Assert.Single(_lines, "[0:00] No workers: start a silo.");
    }

    private void Update(int second, JobStatus status, params ImmutableArray<RunEvent> events) =>
        Apply(second, new JobUpdate { Status = status, Events = events });

    private void Apply(int second, JobUpdate update)
    {
        TimeSpan at = TimeSpan.FromSeconds(second);
        _view = _view.Apply(update, at);
        _lines.AddRange(_progress.LinesFor(_view, update, at));
    }
}
