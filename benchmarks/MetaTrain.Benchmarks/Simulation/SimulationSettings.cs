using MetaTrain.Cluster.Aggregation;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>What is simulated. Times are in nanoseconds.</summary>
internal sealed record SimulationSettings
{
    public const long Millisecond = 1_000_000;

    /// <summary>Simulated devices; a round has a block for each.</summary>
    public required int Workers { get; init; }

    /// <summary>Devices a machine: those of one silo, which share its link.</summary>
    public int WorkersASilo { get; init; } = 8;

    /// <summary>Blocks a round, when not one a worker.</summary>
    public int? BlocksARound { get; init; }

    /// <summary>Values of a version: 450 KB of them.</summary>
    public int Parameters { get; init; } = 115_200;

    public ulong Seed { get; init; } = 7;

    /// <summary>Iterations before any is counted: the first ones load, compile and fill memory.</summary>
    public int WarmUp { get; init; } = 10;

    /// <summary>Iterations that count.</summary>
    public int Iterations { get; init; } = 50;

    /// <summary>The median time of a block on a device.</summary>
    public long BlockTime { get; init; } = 90 * Millisecond;

    /// <summary>The deviation of the logarithm of a block's time.</summary>
    public double Jitter { get; init; } = 0.01;

    /// <summary>How likely a block is to take <see cref="StragglerFactor"/> times as long.</summary>
    public double StragglerShare { get; init; }

    public double StragglerFactor { get; init; } = 30;

    /// <summary>How long a silo lives on average; null when none dies.</summary>
    public double? SiloLifeSeconds { get; init; }

    /// <summary>How long until the others know that it died.</summary>
    public long DeathSeenAfter { get; init; } = 2_000 * Millisecond;

    /// <summary>How long until it is back.</summary>
    public long DeadFor { get; init; } = 5_000 * Millisecond;

    /// <summary>The bandwidth of a machine's link, each way.</summary>
    public double BitsPerSecond { get; init; } = 10e9;

    public long Latency { get; init; } = Millisecond / 10;

    /// <summary>Threads of a machine that send and receive.</summary>
    public int TransportThreads { get; init; } = 8;

    /// <summary>What sending, or receiving, costs.</summary>
    public double TransportNanosecondsPerByte { get; init; }

    /// <summary>As the key resources.aggregators of a spec: ranges of parameters, each on a silo; 1 for the coordinator alone; null as the product chooses.</summary>
    public int? Aggregators { get; init; }

    /// <summary>How long the store takes to write a note.</summary>
    public long StoreTime { get; init; } = Millisecond / 2;

    public CostMeter Cost { get; init; } = new();

    public int Silos => ((Workers - 1) / WorkersASilo) + 1;

    /// <summary>How many ranges the product makes of it; 1 when the coordinator adds up and steps.</summary>
    public int Ranges => AggregationPlan.Ranges(Parameters, Silos, Aggregators);

    public int Blocks => BlocksARound ?? Workers;
}
