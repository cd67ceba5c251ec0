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

    /// <summary>Bytes into the coordinator's machine, an iteration.</summary>
    public double BytesIn => (end.BytesIn - begin.BytesIn) / (double)settings.Iterations;

    /// <summary>Bytes out of the coordinator's machine, an iteration.</summary>
    public double BytesOut => (end.BytesOut - begin.BytesOut) / (double)settings.Iterations;

    /// <summary>The share of time that the coordinator's turns take.</summary>
    public double Cpu => (end.Cpu - begin.Cpu) / Elapsed;

    public double LinkIn => (end.LinkIn - begin.LinkIn) / Elapsed;

    public double LinkOut => (end.LinkOut - begin.LinkOut) / Elapsed;

    /// <summary>The share of time that its threads serialise.</summary>
    public double Transport => (end.Transport - begin.Transport) / Elapsed / settings.TransportThreads;

    /// <summary>Milliseconds of turns an iteration: all, and of these what adding up, stepping, leasing and noting take.</summary>
    public (double All, double Results, double Steps, double Leases, double Notes) TurnMilliseconds => (
        AnIteration(end.Cpu - begin.Cpu),
        AnIteration(end.Results - begin.Results),
        AnIteration(end.Steps - begin.Steps),
        AnIteration(end.Leases - begin.Leases),
        AnIteration(end.Notes - begin.Notes));

    public long Reissued => end.Reissued - begin.Reissued;

    public int Deaths => end.Deaths - begin.Deaths;

    /// <summary>Waiting turns woken, an iteration.</summary>
    public double Woken => (end.Woken - begin.Woken) / (double)settings.Iterations;

    /// <summary>What takes the most of the time beside the computing.</summary>
    public string Limit => IterationsPerSecond > 0.95 * Ideal
        ? "computing"
        : new[] { (Cpu, "coordinator's thread"), (LinkIn, "link in"), (LinkOut, "link out"), (Transport, "serialising") }.Max().Item2;

    private double Elapsed => end.Time - begin.Time;

    private double AnIteration(long nanoseconds) => nanoseconds / 1e6 / settings.Iterations;
}
