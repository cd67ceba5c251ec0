using System.Runtime.ExceptionServices;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>Virtual time, in nanoseconds: what is to happen, in order of its time and, at one time, of its making. The clock of everything simulated.</summary>
internal sealed class EventLoop : TimeProvider
{
    private readonly PriorityQueue<Action, (long Time, long Order)> _events = new();
    private long _order;

    /// <summary>The time of what happens now.</summary>
    public long Now { get; private set; }

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => Now;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(Now / TimeSpan.NanosecondsPerTick);

    /// <summary>Lets something happen later.</summary>
    /// <param name="delay">In nanoseconds.</param>
    /// <param name="happens">What.</param>
    public void After(long delay, Action happens) => At(Now + delay, happens);

    /// <summary>Lets something happen at a time.</summary>
    public void At(long time, Action happens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, Now);
        _events.Enqueue(happens, (time, _order++));
    }

    /// <summary>A fault ends the simulation, whoever else hears of it.</summary>
    public void Fail(Exception fault) => At(Now, () => ExceptionDispatchInfo.Throw(fault));

    /// <summary>A fault of what goes on by itself ends the simulation.</summary>
    public async Task FollowAsync(Task goes)
    {
        try
        {
            await goes;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Fail(e);
        }
    }

    /// <summary>Goes on until the condition holds, on this thread alone: whatever awaits goes on inside the event that completes its task.</summary>
    public void RunUntil(Func<bool> condition)
    {
        // Under a context of the caller's it would go on by the thread pool, whose order nobody could repeat.
        SynchronizationContext? callers = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            while (!condition())
            {
                Next();
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(callers);
        }
    }

    private void Next()
    {
        if (!_events.TryDequeue(out Action? happens, out (long Time, long Order) at))
        {
            throw new InvalidOperationException($"Nothing is left to happen after {Now / 1e9:F3} s: the simulated cluster waits for itself.");
        }

        Now = at.Time;
        happens();
    }
}
