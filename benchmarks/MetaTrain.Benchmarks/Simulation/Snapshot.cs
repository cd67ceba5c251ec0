namespace MetaTrain.Benchmarks.Simulation;

/// <summary>
/// What had been done at one moment, by the coordinator and by whoever else adds up, it first, and on the machines of these: times in nanoseconds.
/// </summary>
internal sealed record Snapshot(long Time, Load[] Machines, (long Results, long Steps)[] Adding, long Reissued, long Woken, int Deaths,
    long Leases, long Notes, long Stepping)
{
    public static Snapshot Of(SimulatedCluster cluster) => new(
        cluster.Loop.Now,
        [.. cluster.AddingMachines.Select(Load.Of)],
        [.. cluster.Adding.Select(static costs => (costs.Results, costs.Steps))],
        cluster.Job.Session.Trajectory.BlocksReissued,
        cluster.Woken,
        cluster.Deaths,
        cluster.Costs.Leases,
        cluster.Costs.Notes,
        cluster.Costs.Stepping);
}
