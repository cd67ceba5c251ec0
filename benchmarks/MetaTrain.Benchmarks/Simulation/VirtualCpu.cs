namespace MetaTrain.Benchmarks.Simulation;

/// <summary>One thread of turns: a turn is the real code, executed when its time has come, and takes in virtual time what it cost.</summary>
internal sealed class VirtualCpu(EventLoop loop, CostMeter cost)
{
    private readonly Queue<Action> _turns = new();
    private readonly List<Action> _atEnd = [];
    private bool _isBusy;

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

    /// <summary>What the turn that runs does to others, such as a message: it happens when the turn ends.</summary>
    public void AtEnd(Action happens) => _atEnd.Add(happens);

    private void Next()
    {
        if (!_turns.TryDequeue(out Action? turn))
        {
            _isBusy = false;
            return;
        }

        _isBusy = true;
        long takes = cost.Of(turn);
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
