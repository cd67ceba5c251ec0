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

    /// <summary>Bytes, an iteration, into the machine that adds up and has the most of them.</summary>
    public double BytesIn => Most(static load => load.BytesIn) / settings.Iterations;

    /// <summary>Bytes, an iteration, out of that machine.</summary>
    public double BytesOut => Most(static load => load.BytesOut) / settings.Iterations;

    /// <summary>The share of time that the turns take, on the machine where they take most.</summary>
    public double Cpu => Math.Max(Most(static load => load.Cpu), end.Head.Cpu - begin.Head.Cpu) / Elapsed;

    public double LinkIn => Most(static load => load.LinkIn) / Elapsed;

    public double LinkOut => Most(static load => load.LinkOut) / Elapsed;

    /// <summary>The share of time that its threads serialise.</summary>
    public double Transport => Most(static load => load.Transport) / Elapsed / settings.TransportThreads;

    /// <summary>Milliseconds of turns an iteration: all, and of these what adding up, stepping, leasing and noting take.</summary>
    public (double All, double Results, double Steps, double Leases, double Notes) TurnMilliseconds => (
        AnIteration(end.Head.Cpu - begin.Head.Cpu),
        AnIteration(end.Results - begin.Results),
        AnIteration(end.Steps - begin.Steps),
        AnIteration(end.Leases - begin.Leases),
        AnIteration(end.Notes - begin.Notes));

    public long Reissued => end.Reissued - begin.Reissued;

    public int Deaths => end.Deaths - begin.Deaths;

    /// <summary>Waiting turns woken, an iteration.</summary>
    public double Woken => (end.Woken - begin.Woken) / (double)settings.Iterations;

    /// <summary>What takes the most of the time beside the computing.</summary>
    public string Limit => IterationsPerSecond > 0.9 * Ideal
        ? "computing"
        : new[] { (Cpu, "coordinator's thread"), (LinkIn, "link in"), (LinkOut, "link out"), (Transport, "sending and receiving") }.Max().Item2;

    private double Elapsed => end.Time - begin.Time;

    private double Most(Func<Load, long> of) => begin.Adding.Zip(end.Adding, (before, after) => of(after) - of(before)).Max();

    private double AnIteration(long nanoseconds) => nanoseconds / 1e6 / settings.Iterations;
}
