using MetaTrain.Abstractions.Specs;

namespace MetaTrain.Console.LocalClusters;

/// <summary>Which local cluster to start.</summary>
internal sealed record LocalClusterOptions
{
    /// <summary>The processor, as <c>--device</c> calls it.</summary>
    public const string Cpu = "cpu";

    /// <summary>Where its data lives.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>How many silo processes.</summary>
    public int Silos { get; init; } = 1;

    /// <summary>Workers a silo; null for one a core, shared among the silos, or one a GPU.</summary>
    public int? Workers { get; init; }

    /// <summary>What the workers compute on: cpu, cuda:n, or cuda for all GPUs.</summary>
    public string Device { get; init; } = Cpu;

    /// <summary>The workers of a silo; null where the silos find out, one for each GPU.</summary>
    public int? KnownWorkers => Workers ?? (Device == Cpu ? DefaultWorkers(Silos, Environment.ProcessorCount) : null);

    /// <summary>A store of the user's own; null for the embedded one.</summary>
    public string? Store { get; init; }

    /// <summary>True for the instruction set that all AVX2 processors share.</summary>
    public bool Portable { get; init; }

    /// <summary>Where the silo's program is; null to search.</summary>
    public string? SiloPath { get; init; }

    /// <summary>True for a cluster that outlives the console.</summary>
    public bool Detached { get; init; }

    /// <summary>How long it may take to get ready: longer than silos wait for an embedded store that reads all that it has.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(11);

    /// <summary>The supervisor's command line.</summary>
    public IEnumerable<string> ToArguments()
    {
        yield return "local";
        yield return "--silos";
        yield return Silos.ToString();
        if (KnownWorkers is { } workers)
        {
            yield return "--workers";
            yield return workers.ToString();
        }

        if (Device != Cpu)
        {
            yield return "--device";
            yield return Device;
        }

        yield return "--data";
        yield return DataDirectory;
        if (Store is { } store)
        {
            yield return "--store";
            yield return store;
        }

        if (Portable)
        {
            yield return "--arithmetic";
            yield return ResourcesSpec.Portable;
        }

        if (Detached)
        {
            yield return "--detached";
        }
        else
        {
            // A cluster that ends with its command must not begin other people's unfinished jobs.
            yield return "--owned-jobs-only";
            yield return "--owner-pipe";
        }
    }

    /// <summary>One worker a core, and at least one a silo.</summary>
    internal static int DefaultWorkers(int silos, int cores) => Math.Max(1, cores / silos);
}
