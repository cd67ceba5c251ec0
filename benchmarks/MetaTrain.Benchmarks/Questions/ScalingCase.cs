using MetaTrain.Benchmarks.Simulation;

namespace MetaTrain.Benchmarks.Questions;

/// <summary>A row of the table.</summary>
/// <param name="Name">What is special about it.</param>
/// <param name="Settings">What is simulated.</param>
internal sealed record ScalingCase(string Name, SimulationSettings Settings)
{
    /// <summary>The rows: the curve, the hard case, faults, faster links, and what remedies would give.</summary>
    /// <param name="basis">What all have in common.</param>
    public static IEnumerable<ScalingCase> All(SimulationSettings basis)
    {
        foreach (int workersASilo in (int[])[8, 1])
        {
            foreach (int workers in (int[])[8, 32, 128, 512, 1024])
            {
                yield return new ScalingCase("as it is", basis with { Workers = workers, WorkersASilo = workersASilo });
            }
        }

        SimulationSettings full = basis with { Workers = 1024 };
        yield return new ScalingCase("one block in 10,000 takes 30 times as long", full with { StragglerShare = 1e-4 });
        yield return new ScalingCase("and a silo lives 5 minutes", full with { StragglerShare = 1e-4, SiloLifeSeconds = 300 });
        yield return new ScalingCase("links of 25 Gbit/s", full with { BitsPerSecond = 25e9 });
        yield return new ScalingCase("links of 100 Gbit/s", full with { BitsPerSecond = 100e9 });

        yield return new ScalingCase("sums sharded over 8", full with { Shards = 8 });
        SimulationSettings single = full with { WorkersASilo = 1 };
        yield return new ScalingCase("sums sharded over 32", single with { Shards = 32 });
        yield return new ScalingCase("50 MB, links of 25 Gbit/s", Large(single));
        yield return new ScalingCase("50 MB, links of 25 Gbit/s, sums sharded over 16", Large(single) with { Shards = 16 });
    }

    private static SimulationSettings Large(SimulationSettings settings) =>
        settings with { Workers = 16, Parameters = 12_500_000, BitsPerSecond = 25e9, WarmUp = 3, Iterations = 10 };
}
