using System.Diagnostics;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>What a turn costs: the wall time of really executing it here, or, to have the same run twice, always the same.</summary>
/// <param name="nanoseconds">What each turn costs; null to measure it.</param>
internal sealed class CostMeter(long? nanoseconds = null)
{
    /// <summary>Executes a turn.</summary>
    /// <returns>Its nanoseconds.</returns>
    public long Of(Action turn)
    {
        long start = Stopwatch.GetTimestamp();
        turn();
        return nanoseconds ?? (long)Stopwatch.GetElapsedTime(start).TotalNanoseconds;
    }
}
