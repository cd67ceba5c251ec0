namespace MetaTrain.Benchmarks.Simulation;

/// <summary>What had been done at one moment: times in nanoseconds.</summary>
internal sealed record Snapshot(long Time, long BytesIn, long BytesOut, long LinkIn, long LinkOut, long Cpu, long Transport, long Reissued, long Woken, int Deaths,
    long Results, long Steps, long Leases, long Notes)
{
    public static Snapshot Of(SimulatedCluster cluster) => new(
        cluster.Loop.Now,
        cluster.Head.In.Bytes,
        cluster.Head.Out.Bytes,
        cluster.Head.In.Busy,
        cluster.Head.Out.Busy,
        cluster.Head.Cpu.Busy,
        cluster.Head.TransportBusy,
        cluster.Job.Session.Trajectory.BlocksReissued,
        cluster.Woken,
        cluster.Deaths,
        cluster.Costs.Results,
        cluster.Costs.Steps,
        cluster.Costs.Leases,
        cluster.Costs.Notes);
}
