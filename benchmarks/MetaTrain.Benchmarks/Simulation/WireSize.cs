using MetaTrain.Abstractions.Messages;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>How many bytes a message has. Vectors travel as they lie; what is around them was rounded up from a few messages of the product.</summary>
internal static class WireSize
{
    private const int Envelope = 250;
    private const int Lease = 100;
    private const int WorkerKey = 60;
    private const int Result = 80;

    public static long Of(ExchangeRequest request) => Envelope + ((long)WorkerKey * request.Workers.Length)
        + request.Results.Sum(static result => Result + ((long)WorkerKey * result.Workers.Length) + Of(result.Gradient));

    public static long Of(ExchangeReply reply) => Envelope + ((long)Lease * reply.Leases.Length)
        + (reply.Parameters is { } parameters ? Of(parameters.Values) : 0);

    public static long Of(FloatVector vector) => Envelope + ((long)sizeof(float) * vector.Length);
}
