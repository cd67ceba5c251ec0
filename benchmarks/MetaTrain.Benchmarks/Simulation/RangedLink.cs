using MetaTrain.Abstractions.Messages;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>
/// What silos exchange with where aggregators have the vectors: <c>JobLink.ExchangeAsync</c> and <c>ReadAsync</c> in virtual time. Sums go to
/// every range before the coordinator hears of them, and a version is read from the ranges when a lease asks for it.
/// </summary>
internal sealed class RangedLink(SimulatedRanges ranges, ICoordinator coordinator) : ICoordinator
{
    public void Exchange(Machine from, ExchangeRequest request, Action<ExchangeReply> reply)
    {
        if (request.Results.IsEmpty)
        {
            Call(from, request, reply);
        }
        else
        {
            ExchangeRequest counted = request with { Results = [.. request.Results.Select(static result => result with { Gradient = FloatVector.Empty })] };
            ranges.Deliver(from, request.Results, () => Call(from, counted, reply));
        }
    }

    private void Call(Machine from, ExchangeRequest request, Action<ExchangeReply> reply) => coordinator.Exchange(from, request, answer =>
    {
        Lease? unknown = answer.Leases.FirstOrDefault(lease => lease.Epoch != request.KnownEpoch || lease.Version != request.KnownVersion);
        if (unknown is null)
        {
            reply(answer);
            return;
        }

        ranges.Read(from, unknown.Version, values => reply(values is null
            ? answer
            : answer with { Parameters = new ParameterSnapshot { Epoch = unknown.Epoch, Version = unknown.Version, Values = values } }));
    });
}
