using System.Collections.Immutable;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Transfers;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>How many bytes a message has. Vectors travel as they lie; what is around them was rounded up from a few messages of the product.</summary>
internal static class WireSize
{
    /// <summary>A message with next to nothing in it, or a vector's ticket.</summary>
    public const long Envelope = 250;

    /// <summary>What is said of a vector by who fetches it.</summary>
    public const long Fetch = TransferWire.IdBytes;

    private const int Lease = 100;
    private const int WorkerKey = 60;
    private const int Result = 80;
    private const int Part = 30;
    private const int Aggregator = 80;
    private const int Node = 8;

    private static readonly int SmallestFetched = new TransferOptions().SmallestBytes;

    public static long Of(ExchangeRequest request) => Envelope + ((long)WorkerKey * request.Workers.Length)
        + request.Results.Sum(static result => Result + ((long)WorkerKey * result.Workers.Length) + Of(result.Gradient));

    public static long Of(ExchangeReply reply) => Envelope + ((long)Lease * reply.Leases.Length) + ((long)Aggregator * reply.Aggregators.Length)
        + (reply.Parameters is { } parameters ? Of(parameters) : 0);

    public static long Of(ParameterSnapshot? snapshot) => Envelope + (snapshot is null ? 0 : Of(snapshot.Values));

    public static long Of(ImmutableArray<NodePart> parts) => Envelope + parts.Sum(static part => Part + Of(part.Values));

    public static long Of(RangeState state) => Envelope + Of(state.Parameters) + state.Optimizer.Values.Sum(Of);

    public static long Of(RangeSums sums) => Envelope + ((long)Node * sums.Nodes.Length) + (sizeof(long) * (long)sums.Needed.Length);

    public static long Of(RangeAdded added) => Of(added.SquareSums) + (added.Next is { } next ? Of(next) : 0);

    public static long Of(double[] sums) => Envelope + (sizeof(double) * (long)sums.Length);

    /// <summary>Of a large vector only the ticket is in the message.</summary>
    public static long Of(FloatVector vector) => Envelope + (IsFetched(vector) ? 0 : Bytes(vector));

    /// <summary>True for a vector that another silo fetches.</summary>
    public static bool IsFetched(FloatVector vector) => Bytes(vector) >= SmallestFetched;

    public static long Bytes(FloatVector vector) => sizeof(float) * (long)vector.Length;
}
