using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client.Jobs;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Live;

/// <summary>A run for logs and pipes: a line every few seconds, and one for each event that matters.</summary>
internal sealed class PlainProgress(TimeSpan interval)
{
    private TimeSpan? _lastLine;
    private bool _silent;
    private string? _stalled;

    /// <summary>The lines that an update is worth, <paramref name="at"/> being the time since the view was opened.</summary>
    public IEnumerable<string> LinesFor(RunView view, JobUpdate update, TimeSpan at)
    {
        string clock = $"[{Format.Clock(at)}] ";
        if (update.EventsMissed > 0)
        {
            yield return $"{clock}{Format.Count(update.EventsMissed, "event")} of the job's log {(update.EventsMissed == 1 ? "is" : "are")} no longer kept.";
        }

        foreach (RunEvent each in update.Events.Where(each => each.Kind is not (RunEventKind.Progress or RunEventKind.Checkpoint)))
        {
            yield return clock + each.Message;
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
