namespace MetaTrain.Benchmarks.Simulation;

/// <summary>One thread of turns: a turn is the real code, executed when its time has come, and takes in virtual time what it cost.</summary>
internal sealed class VirtualCpu(EventLoop loop, CostMeter cost)
{
    private readonly Queue<Func<Action?>> _turns = new();
    private bool _isBusy;

    /// <summary>Nanoseconds of turns so far.</summary>
    public long Busy { get; private set; }

    /// <summary>Runs a turn when those before it are done. What it returns happens when it ends.</summary>
    public void Run(Func<Action?> turn)
    {
        _turns.Enqueue(turn);
        if (!_isBusy)
        {
            Next();
        }
    }

    private void Next()
    {
        if (!_turns.TryDequeue(out Func<Action?>? turn))
        {
            _isBusy = false;
            return;
        }

        _isBusy = true;
        (Action? then, long takes) = cost.Of(turn);
        Busy += takes;
        loop.After(takes, () =>
        {
            then?.Invoke();
            Next();
        });
    }
}
