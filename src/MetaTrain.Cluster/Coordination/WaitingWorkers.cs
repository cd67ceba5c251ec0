namespace MetaTrain.Cluster.Coordination;

/// <summary>The turns of workers that wait for something to do: woken together when there is, and sent away after about a second.</summary>
internal sealed class WaitingWorkers(TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly LinkedList<(long Since, TaskCompletionSource<bool> Woken)> _waiting = new();

    public int Count => _waiting.Count;

    /// <summary>Completes with true when there may be work, with false when the turn should end without.</summary>
    public Task<bool> WaitAsync()
    {
        TaskCompletionSource<bool> woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.AddLast((time.GetTimestamp(), woken));
        return woken.Task;
    }

    /// <summary>Wakes all.</summary>
    public void Wake() => Complete(static _ => true, outcome: true);

    /// <summary>Ends the turns that have waited long enough.</summary>
    public void Expire() => Complete(since => time.GetElapsedTime(since) >= Patience, outcome: false);

    /// <summary>Ends all turns.</summary>
    public void Dismiss() => Complete(static _ => true, outcome: false);

    private void Complete(Predicate<long> match, bool outcome)
    {
        while (_waiting.First is { } first && match(first.Value.Since))
        {
            _waiting.RemoveFirst();
            first.Value.Woken.SetResult(outcome);
        }
    }
}
