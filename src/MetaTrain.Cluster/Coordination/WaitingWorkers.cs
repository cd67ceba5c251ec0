namespace MetaTrain.Cluster.Coordination;

/// <summary>Turns that wait for something to do: woken together when there may be, and sent away about a second after they began.</summary>
internal sealed class WaitingWorkers(TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly List<(long Began, TaskCompletionSource<bool> Woken)> _waiting = [];

    public int Count => _waiting.Count;

    /// <summary>The beginning of a turn: a turn that is woken for nothing waits on with the patience it has left.</summary>
    public long Begin() => time.GetTimestamp();

    /// <summary>Completes with true when there may be work, with false when the turn should end without.</summary>
    public Task<bool> WaitAsync(long began)
    {
        TaskCompletionSource<bool> woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add((began, woken));
        return woken.Task;
    }

    /// <summary>Wakes all.</summary>
    public void Wake() => Complete(static _ => true, outcome: true);

    /// <summary>Ends the turns that have waited long enough.</summary>
    public void Expire()
    {
        // One look at the clock: a turn that expired between two would be taken out and never ended.
        long now = time.GetTimestamp();
        Complete(began => time.GetElapsedTime(began, now) >= Patience, outcome: false);
    }

    /// <summary>Ends all turns.</summary>
    public void Dismiss() => Complete(static _ => true, outcome: false);

    private void Complete(Predicate<long> match, bool outcome)
    {
        List<(long Began, TaskCompletionSource<bool> Woken)> ended = _waiting.FindAll(turn => match(turn.Began));
        _waiting.RemoveAll(turn => match(turn.Began));
        ended.ForEach(turn => turn.Woken.SetResult(outcome));
    }
}
