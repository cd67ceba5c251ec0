using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Learning.MetaOptimizers;
using Orleans.Runtime;

namespace MetaTrain.Cluster.Aggregation;

/// <summary>Into how many ranges a job's parameters are cut, and who gets which. No bit depends on it.</summary>
internal static class AggregationPlan
{
    /// <summary>A link of 10 Gbit/s passes so much in some 6 ms: the coordinator's, or an aggregator's, should have no more of an iteration.</summary>
    private const long BytesALink = 7_500_000;

    // Fewer silos leave nothing to gain: the coordinator's own silo needs no link.
    private const int FewestSilos = 4;
    private const int MostRanges = 64;

    /// <summary>How many ranges; 1 when the coordinator is to do all itself.</summary>
    /// <param name="parameters">P.</param>
    /// <param name="silos">How many silos could have one.</param>
    /// <param name="asked">What the spec asks for; null to choose.</param>
    public static int Ranges(int parameters, int silos, int? asked)
    {
        int pieces = GradientClipping.Pieces(parameters);
        long bytes = (long)silos * parameters * sizeof(float);
        long wanted = asked ?? (silos < FewestSilos ? 1 : (bytes + BytesALink - 1) / BytesALink);
        return (int)Math.Clamp(wanted, 1, Math.Min(MostRanges, Math.Min(silos, pieces)));
    }

    /// <summary>Ranges of whole pieces of a gradient, as even as these allow, one a silo.</summary>
    /// <param name="job">Whose parameters.</param>
    /// <param name="epoch">The coordinator's.</param>
    /// <param name="parameters">P.</param>
    /// <param name="silos">Who gets one, in their order.</param>
    public static ImmutableArray<Aggregator> Cut(JobId job, long epoch, int parameters, IReadOnlyList<SiloAddress> silos)
    {
        int pieces = GradientClipping.Pieces(parameters);
        ImmutableArray<Aggregator>.Builder ranges = ImmutableArray.CreateBuilder<Aggregator>(silos.Count);
        for (int range = 0; range < silos.Count; range++)
        {
            (int start, int end) = (Edge(range), Edge(range + 1));
            ranges.Add(new Aggregator(AggregatorKey.Of(job, epoch, range, silos[range]), start, end - start));
        }

        return ranges.MoveToImmutable();

        int Edge(int range) => (int)Math.Min(parameters, (long)pieces * range / silos.Count * GradientClipping.PieceLength);
    }
}
