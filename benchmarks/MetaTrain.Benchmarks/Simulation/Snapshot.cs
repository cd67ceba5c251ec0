namespace MetaTrain.Benchmarks.Simulation;

/// <summary>What had been done at one moment, by the coordinator's machine and by the others that add up: times in nanoseconds.</summary>
internal sealed record Snapshot(long Time, Load Head, Load[] Adding, long Reissued, long Woken, int Deaths,
    long Results, long Steps, long Leases, long Notes)
{
    public static Snapshot Of(SimulatedCluster cluster) => new(
        cluster.Loop.Now,
        Load.Of(cluster.Head),
        [.. cluster.Adding.Select(Load.Of)],
        cluster.Job.Session.Trajectory.BlocksReissued,
        cluster.Woken,
        cluster.Deaths,
        cluster.Costs.Results,
        cluster.Costs.Steps,
        cluster.Costs.Leases,
        cluster.Costs.Notes);
}
