using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client.Jobs;

namespace MetaTrain.Console.Live;

/// <summary>Everything that a screen shows of a run: a value that updates are folded into.</summary>
internal sealed record RunView
{
    private const int HistoryLength = 120;
    private const int EventsKept = 12;
    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(30);

    /// <summary>The last known state; null before the first answer.</summary>
    public JobStatus? Status { get; init; }

    /// <summary>Meta-accuracies seen so far, thinned.</summary>
    public ImmutableArray<double> AccuracyHistory { get; init; } = [];

    /// <summary>Each so many updates one value enters the history: doubled whenever it is full.</summary>
    public int AccuracyStride { get; init; } = 1;

    /// <summary>How many meta-accuracies were seen.</summary>
    public int AccuraciesSeen { get; init; }

    /// <summary>Where the iteration stood over the last half minute: for the time left.</summary>
    public ImmutableArray<(TimeSpan At, long Iteration)> Pace { get; init; } = [];

    /// <summary>The latest events worth a person's attention.</summary>
    public ImmutableArray<RunEvent> Events { get; init; } = [];

    /// <summary>For how long the cluster has not answered.</summary>
    public TimeSpan? Silence { get; init; }

    /// <summary>The view after an update, <paramref name="at"/> being the time since the view was opened.</summary>
    public RunView Apply(JobUpdate update, TimeSpan at)
    {
        RunView next = this with
        {
            Status = update.Status ?? Status,
            Silence = update.Silence,
            Events = [.. Events.Concat(update.Events.Where(IsNotable)).TakeLast(EventsKept)],
        };
        if (update is not { Silence: null, Status: { } status })
        {
            return next;
        }

        next = next.WithPace(status, at);
        bool stepped = Status?.Iteration != status.Iteration;
        return stepped && status.MetaAccuracy is { } accuracy ? next.WithAccuracy(accuracy) : next;
    }

    /// <summary>The time until the last iteration at the pace of the last half minute; null while it is unknown.</summary>
    public TimeSpan? Remaining()
    {
        if (Status is not { State: JobState.Running } status || Pace.Length < 2)
        {
            return null;
        }

        (TimeSpan from, long first) = Pace[0];
        (TimeSpan to, long last) = Pace[^1];
        double seconds = (to - from).TotalSeconds;
        return last > first && seconds >= 1
            ? TimeSpan.FromSeconds((status.Iterations - status.Iteration) * seconds / (last - first))
            : null;
    }

    private static bool IsNotable(RunEvent each) => each.Kind is not (RunEventKind.Progress or RunEventKind.Checkpoint);

    private RunView WithPace(JobStatus status, TimeSpan at)
    {
        // A new coordinator goes on from the last commit: the pace before it says nothing of the pace after it.
        ImmutableArray<(TimeSpan At, long Iteration)> pace = Pace is [.., var last] && last.Iteration > status.Iteration ? [] : Pace;
        return this with { Pace = [.. pace.Where(each => at - each.At <= RateWindow), (at, status.Iteration)] };
    }

    private RunView WithAccuracy(double accuracy)
    {
        RunView next = this with { AccuraciesSeen = AccuraciesSeen + 1 };
        if (AccuraciesSeen % AccuracyStride != 0)
        {
            return next;
        }

        ImmutableArray<double> history = AccuracyHistory.Add(accuracy);
        return history.Length < HistoryLength
            ? next with { AccuracyHistory = history }
            : next with { AccuracyHistory = [.. history.Where((_, index) => index % 2 == 0)], AccuracyStride = AccuracyStride * 2 };
    }
}
