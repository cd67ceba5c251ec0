using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client.Jobs;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Live;

/// <summary>A run for logs and pipes: a line every few seconds, and one for each event that matters.</summary>
internal sealed class PlainProgress(TimeSpan interval, TimeZoneInfo zone)
{
    private const int OldEventsShown = 5;
    private bool _opened;
    private TimeSpan? _lastLine;
    private bool _silent;
    private string? _stalled;

    /// <summary>The lines that an update is worth, <paramref name="at"/> being the time since the view was opened, and <paramref name="now"/> the time of day.</summary>
    public IEnumerable<string> LinesFor(RunView view, JobUpdate update, TimeSpan at, DateTimeOffset now)
    {
        string clock = Clock(now);
        if (update.EventsMissed > 0)
        {
            yield return $"{clock}{Format.Count(update.EventsMissed, "event")} of the job's log {(update.EventsMissed == 1 ? "is" : "are")} no longer kept.";
        }

        RunEvent[] notable = [.. update.Events.Where(each => each.Kind is not (RunEventKind.Progress or RunEventKind.Checkpoint))];
        int old = _opened ? 0 : Math.Max(0, notable.Length - OldEventsShown);
        _opened = true;
        if (old > 0)
        {
            yield return $"{clock}{Format.Count(old, "earlier event")}: see 'metatrain logs {view.Status?.Job}'.";
        }

        foreach (RunEvent each in notable.Skip(old))
        {
            yield return Clock(each.Time) + each.Message;
        }

        if (update.Silence is { } silence)
        {
            if (!_silent)
            {
                yield return $"{clock}The cluster has not answered for {Format.Words(silence)}: trying again.";
            }

            _silent = true;
            yield break;
        }

        if (_silent)
        {
            _silent = false;
            yield return $"{clock}The cluster answers again.";
        }

        if (view.Status is not { } status)
        {
            yield break;
        }

        if (status.Stalled != _stalled)
        {
            _stalled = status.Stalled;
            if (_stalled is not null)
            {
                yield return clock + _stalled;
            }
        }

        if (status.State.IsFinal() || _lastLine is null || at - _lastLine >= interval)
        {
            _lastLine = at;
            yield return clock + Describe(view, status);
        }
    }

    private string Clock(DateTimeOffset time) => $"{TimeZoneInfo.ConvertTime(time, zone):HH:mm:ss}  ";

    private static string Describe(RunView view, JobStatus status)
    {
        List<string> parts = [$"{JobDocument.NameOf(status.State)}  iteration {Format.Count(status.Iteration)}/{Format.Count(status.Iterations)}"];
        if (status.MetaLoss is { } loss)
        {
            parts.Add($"loss {Format.Loss(loss)}");
        }

        if (status.MetaAccuracy is { } accuracy)
        {
            parts.Add($"accuracy {Format.Percent(accuracy)}");
        }

        parts.Add($"{Format.Rate(status.TasksPerSecond)} tasks/s");
        parts.Add($"committed {Format.Count(status.CommittedIteration)}");
        if (view.Remaining() is { } remaining)
        {
            parts.Add($"ETA {Format.Clock(remaining)}");
        }

        return string.Join("  ", parts);
    }
}
