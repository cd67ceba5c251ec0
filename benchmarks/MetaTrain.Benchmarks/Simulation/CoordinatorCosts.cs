using System.Diagnostics;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>What the turns of a coordinator, or of an aggregator, spend their time on, in nanoseconds of this machine.</summary>
internal sealed class CoordinatorCosts
{
    /// <summary>Accepting results: adding them up.</summary>
    public long Results { get; private set; }

    /// <summary>The optimizer's steps, and opening the next round.</summary>
    public long Steps { get; private set; }

    /// <summary>Choosing blocks, with what is said about them.</summary>
    public long Leases { get; private set; }

    /// <summary>Noting in the store what is out.</summary>
    public long Notes { get; private set; }

    /// <summary>From whole rounds to the versions after them, in virtual time.</summary>
    public long Stepping { get; set; }

    public void Result(Action work) => Results += Measure(work);

    public void Step(Action work) => Steps += Measure(work);

    public void Lease(Action work) => Leases += Measure(work);

    public void Note(Action work) => Notes += Measure(work);

    private static long Measure(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return (long)Stopwatch.GetElapsedTime(start).TotalNanoseconds;
    }
}
