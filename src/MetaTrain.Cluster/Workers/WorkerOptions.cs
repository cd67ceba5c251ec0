namespace MetaTrain.Cluster.Workers;

/// <summary>The workers of a silo.</summary>
public sealed class WorkerOptions
{
    /// <summary>How many workers the silo has: device slots, each with a thread of its own.</summary>
    public int Slots { get; set; } = 1;

    /// <summary>The device of the slots: cpu, cuda:n, or cuda for all GPUs of the machine in turn.</summary>
    public string Device { get; set; } = "cpu";

    /// <summary>True when the silo was started with portable arithmetic.</summary>
    public bool Portable { get; set; }

    /// <summary>Where this silo serves /metrics, for people.</summary>
    public string? MetricsUrl { get; set; }

    /// <summary>Faults to inject, for tests of the promise.</summary>
    public FaultOptions Faults { get; set; } = new();
}

/// <summary>Faults that tests of the promise inject; all off by default.</summary>
public sealed class FaultOptions
{
    /// <summary>Every result is held back for a random time up to this many milliseconds, so that results arrive out of order.</summary>
    public int MaxDelayMilliseconds { get; set; }

    /// <summary>The iteration at which <see cref="KillBlock"/> ends the process; none when null.</summary>
    public long? KillIteration { get; set; }

    /// <summary>The block whose computation ends the process, at every attempt.</summary>
    public int KillBlock { get; set; }
}
