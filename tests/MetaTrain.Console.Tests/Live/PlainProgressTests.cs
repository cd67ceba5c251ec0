using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client.Jobs;
using MetaTrain.Client.Tests.Fakes;
using MetaTrain.Console.Live;

namespace MetaTrain.Console.Tests.Live;

public sealed class PlainProgressTests
{
    private readonly PlainProgress _progress = new(TimeSpan.FromSeconds(5), TimeZoneInfo.Utc);
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
                "05:06:07  running  iteration 100/2,000  loss 0.4312  accuracy 87.1 %  183 tasks/s  committed 1,200",
                "05:06:09  validation at 100: 85.3 ± 0.8 %",
                "05:06:12  running  iteration 200/2,000  loss 0.4312  accuracy 87.1 %  183 tasks/s  committed 1,200  ETA 1:30",
                "05:07:12  completed  iteration 2,000/2,000  loss 0.4312  accuracy 87.1 %  183 tasks/s  committed 2,000",
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
                "05:06:10  The cluster has not answered for 2.0 s: trying again.",
                "05:06:12  3 events of the job's log are no longer kept.",
                "05:06:12  The cluster answers again.",
            ],
            _lines.Skip(1).Take(3));
    }

    [Fact]
    public void Lines_TellWhyAJobIsStalled_Once()
    {
        Update(0, Statuses.Running() with { Stalled = "No workers: start a silo." });
        Update(1, Statuses.Running() with { Stalled = "No workers: start a silo." });
        Assert.Single(_lines, "05:06:07  No workers: start a silo.");
    }

    [Fact]
    public void Lines_BeginWithTheLatestEvents_WhenAPersonComesBack()
    {
        Update(0, Statuses.Running(), [.. Enumerable.Range(1, 8).Select(number => Statuses.Event(number, $"event {number}"))]);
        Assert.Equal("05:06:07  3 earlier events: see 'metatrain logs glyphs-1'.", _lines[0]);
        Assert.Equal("05:06:11  event 4", _lines[1]);
        Assert.Equal(7, _lines.Count);
    }

    private void Update(int second, JobStatus status, params ImmutableArray<RunEvent> events) =>
        Apply(second, new JobUpdate { Status = status, Events = events });

    private void Apply(int second, JobUpdate update)
    {
        TimeSpan at = TimeSpan.FromSeconds(second);
        _view = _view.Apply(update, at);
        _lines.AddRange(_progress.LinesFor(_view, update, at, Statuses.Submitted + at));
    }
}
