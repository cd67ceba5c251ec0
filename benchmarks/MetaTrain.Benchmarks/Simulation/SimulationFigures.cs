namespace MetaTrain.Benchmarks.Simulation;

/// <summary>What a simulated run comes to, over the iterations that count.</summary>
internal sealed class SimulationFigures(SimulationSettings settings, Snapshot begin, Snapshot end, double ideal, string hash)
{
    public SimulationSettings Settings => settings;

    /// <summary>The hash of the last version.</summary>
    public string Hash => hash;

    /// <summary>Iterations a second if only computing took time.</summary>
    public double Ideal => ideal;

    public double IterationsPerSecond => settings.Iterations * 1e9 / Elapsed;

    /// <summary>Bytes, an iteration, into the coordinator's machine or an aggregator's, whichever has the most of them.</summary>
    public double BytesIn => Most(static load => load.BytesIn) / settings.Iterations;

    /// <summary>Bytes, an iteration, out of that machine.</summary>
    public double BytesOut => Most(static load => load.BytesOut) / settings.Iterations;

    /// <summary>The share of time that the turns take, on the machine where they take most.</summary>
    public double Cpu => Most(static load => load.Cpu) / Elapsed;

    public double LinkIn => Most(static load => load.LinkIn) / Elapsed;

    public double LinkOut => Most(static load => load.LinkOut) / Elapsed;

    /// <summary>The share of time that its threads serialise.</summary>
    public double Transport => Most(static load => load.Transport) / Elapsed / settings.TransportThreads;

    /// <summary>
    /// Milliseconds an iteration: of the coordinator's turns all, leasing and noting; adding up and stepping of the one that takes longest
    /// for it, who may be an aggregator.
    /// </summary>
    public (double All, double Results, double Steps, double Leases, double Notes) TurnMilliseconds => (
        AnIteration(end.Machines[0].Cpu - begin.Machines[0].Cpu),
        AnIteration(begin.Adding.Zip(end.Adding, static (before, after) => after.Results - before.Results).Max()),
        AnIteration(begin.Adding.Zip(end.Adding, static (before, after) => after.Steps - before.Steps).Max()),
        AnIteration(end.Leases - begin.Leases),
        AnIteration(end.Notes - begin.Notes));

    /// <summary>Milliseconds from a whole round to the next version, messages and fetching included.</summary>
    public double StepMilliseconds => AnIteration(end.Stepping - begin.Stepping);

    public long Reissued => end.Reissued - begin.Reissued;

    public int Deaths => end.Deaths - begin.Deaths;

    /// <summary>Waiting turns woken, an iteration.</summary>
    public double Woken => (end.Woken - begin.Woken) / (double)settings.Iterations;

    /// <summary>What takes the most of the time beside the computing.</summary>
    public string Limit => IterationsPerSecond > 0.9 * Ideal
        ? "computing"
        : new[] { (Cpu, "busiest thread"), (LinkIn, "link in"), (LinkOut, "link out"), (Transport, "sending and receiving") }.Max().Item2;

    private double Elapsed => end.Time - begin.Time;

    private double Most(Func<Load, long> of) => begin.Machines.Zip(end.Machines, (before, after) => of(after) - of(before)).Max();

    private double AnIteration(long nanoseconds) => nanoseconds / 1e6 / settings.Iterations;
}
