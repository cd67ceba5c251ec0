using MetaTrain.Benchmarks.Simulation;

namespace MetaTrain.Benchmarks.Questions;

/// <summary>A row of the table.</summary>
/// <param name="Name">What is special about it.</param>
/// <param name="Settings">What is simulated.</param>
internal sealed record ScalingCase(string Name, SimulationSettings Settings)
{
    private static readonly int[] Workers = [8, 32, 128, 512, 1024];

    /// <summary>The rows: the curves of the coordinator alone and of the product, the hard cases, faults, faster links, large models.</summary>
    /// <param name="basis">What all have in common.</param>
    public static IEnumerable<ScalingCase> All(SimulationSettings basis)
    {
        foreach (int workersASilo in (int[])[8, 1])
        {
            foreach (int workers in Workers)
            {
                yield return Star("the coordinator alone", basis with { Workers = workers, WorkersASilo = workersASilo });
            }
        }

        foreach (int workers in Workers)
        {
            yield return Chosen(basis with { Workers = workers });
        }

        SimulationSettings full = basis with { Workers = 1024 };
        SimulationSettings single = full with { WorkersASilo = 1 };
        yield return Chosen(single);

        SimulationSettings straggling = full with { StragglerShare = 1e-4 };
        const string Straggle = "one block in 10,000 takes 30 times as long";
        yield return Star(Straggle, straggling);
        yield return Chosen(straggling, Straggle + ", ");
        yield return Star(Straggle + ", a silo lives 5 minutes", straggling with { SiloLifeSeconds = 300 });
        yield return Star("links of 25 Gbit/s", full with { BitsPerSecond = 25e9 });
        yield return Star("links of 100 Gbit/s", full with { BitsPerSecond = 100e9 });

        SimulationSettings large = single with { Workers = 16, Parameters = 12_500_000, BitsPerSecond = 25e9, WarmUp = 3, Iterations = 10 };
        yield return Star("50 MB, links of 25 Gbit/s", large);
        yield return Chosen(large, "50 MB, links of 25 Gbit/s, ");
    }

    private static ScalingCase Star(string name, SimulationSettings settings) => new(name, settings with { Aggregators = 1 });

    private static ScalingCase Chosen(SimulationSettings settings, string name = "") => new(name + "ranges: as the product chooses", settings with { Aggregators = null });
}
