using MetaTrain.Learning.Episodes;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>All that chance decides, each a pure function of the seed and of what is decided: nothing depends on the order of events.</summary>
internal sealed class Draws(SimulationSettings settings)
{
    private const RandomPurpose OfBlocks = (RandomPurpose)200;
    private const RandomPurpose OfSilos = (RandomPurpose)201;

    /// <summary>How long a block takes; each worker that computes it draws anew.</summary>
    public long BlockTime(long iteration, int block, int worker)
    {
        CounterRandom random = new(settings.Seed, OfBlocks, iteration, block, (byte)worker);
        double time = settings.BlockTime * Math.Exp(settings.Jitter * random.NextGaussian());
        return (long)(random.NextDouble() < settings.StragglerShare ? time * settings.StragglerFactor : time);
    }

    /// <summary>How long a silo lives, from its start on; null for ever.</summary>
    public long? Life(int silo, int generation)
    {
        CounterRandom random = new(settings.Seed, OfSilos, generation, silo);
        return settings.SiloLifeSeconds is { } mean ? (long)(-mean * 1e9 * Math.Log(1 - random.NextDouble())) : null;
    }
}
