namespace MetaTrain.Benchmarks.Simulation;

/// <summary>One thread of turns: a turn is the real code, executed when its time has come, and takes in virtual time what it cost.</summary>
internal sealed class VirtualCpu(EventLoop loop, CostMeter cost)
{
    private readonly Queue<Action> _turns = new();
    private readonly List<Action> _atEnd = [];
    private bool _isBusy;
    private bool _isExecuting;

    /// <summary>Nanoseconds of turns so far.</summary>
    public long Busy { get; private set; }

    /// <summary>Runs a turn when those before it are done.</summary>
    public void Run(Action turn)
    {
        _turns.Enqueue(turn);
        if (!_isBusy)
        {
            Next();
        }
    }

    /// <summary>What awaits it goes on in a turn.</summary>
    public Task TurnAsync()
    {
        // Not at once: a turn that began before anyone awaits it would be over before what awaits it goes on.
        TaskCompletionSource begun = new();
        loop.After(0, () => Run(begun.SetResult));
        return begun.Task;
    }

    /// <summary>What the turn that runs does to others, such as a message: it happens when the turn ends, or at once when none runs.</summary>
    public void AtEnd(Action happens)
    {
        if (_isExecuting)
        {
            _atEnd.Add(happens);
        }
        else
        {
            happens();
        }
    }

    /// <summary>What awaits it goes on when the turn that runs has ended, and costs it nothing.</summary>
    public Task EndAsync()
    {
        TaskCompletionSource ended = new();
        AtEnd(ended.SetResult);
        return ended.Task;
    }

    private void Next()
    {
        if (!_turns.TryDequeue(out Action? turn))
        {
            _isBusy = false;
            return;
        }

        (_isBusy, _isExecuting) = (true, true);
        long takes = cost.Of(turn);
        _isExecuting = false;
        Busy += takes;
        loop.After(takes, () =>
        {
            Action[] ends = [.. _atEnd];
            _atEnd.Clear();
            Array.ForEach(ends, static happens => happens());
            Next();
        });
    }
}
