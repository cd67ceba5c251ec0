using System.Collections.Immutable;
using MetaTrain.Learning.Options;

namespace MetaTrain.Learning.Episodes;

/// <summary>
/// The sizes of a classification source's training episodes. Where ways or shots are ranges, each meta-iteration draws its own; all of its
/// tasks share them, so that the blocks of an iteration have one shape.
/// </summary>
/// <param name="ways">Classes an episode.</param>
/// <param name="shots">Support examples a class.</param>
/// <param name="queries">Query examples a class.</param>
/// <param name="input">The shape of one input.</param>
/// <param name="descriptions">By how many values each class is described.</param>
internal sealed class EpisodeSizes(CountRange ways, CountRange shots, int queries, ImmutableArray<int> input, int descriptions = 0)
{
    /// <summary>The most ways and shots.</summary>
    public EpisodeShape Largest { get; } = new() { Ways = ways.Most, Shots = shots.Most, Queries = queries, Input = input, Descriptions = descriptions };

    /// <summary>The fewest ways and shots.</summary>
    public EpisodeShape Smallest { get; } = new() { Ways = ways.Least, Shots = shots.Least, Queries = queries, Input = input, Descriptions = descriptions };

    /// <summary>Those of a meta-iteration: a pure function of seed and iteration.</summary>
    public EpisodeShape At(ulong seed, long iteration)
    {
        if (Smallest == Largest)
        {
            return Largest;
        }

        var random = new CounterRandom(seed, RandomPurpose.EpisodeSizes, iteration);
        return Largest with
        {
            Ways = Draw(Smallest.Ways, Largest.Ways, ref random),
            Shots = Draw(Smallest.Shots, Largest.Shots, ref random),
        };
    }

    private static int Draw(int least, int most, ref CounterRandom random) => least + random.NextInt(most - least + 1);
}
