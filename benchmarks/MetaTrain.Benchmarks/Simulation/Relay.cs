using System.Collections.Immutable;
using MetaTrain.Abstractions.Messages;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>
/// A remedy that the product does not have: one silo of a group speaks for all of it, as a silo speaks for its workers. It asks for blocks for
/// the whole group at once, so that they lie below one node; it adds the group's sums up to that node, and hands the parameters on.
/// </summary>
internal sealed class Relay : ICoordinator
{
    private readonly Machine _machine;
    private readonly SimulatedExchange _exchange;

    public Relay(EventLoop loop, SimulationSettings settings, Machine machine, ICoordinator coordinator)
    {
        _machine = machine;
        _exchange = new SimulatedExchange(loop, settings, machine.Cpu, (request, answered) => coordinator.Exchange(machine, request, answered));
    }

    public void Exchange(Machine from, ExchangeRequest request, Action<ExchangeReply> reply)
    {
        ImmutableArray<Lease>.Builder leases = ImmutableArray.CreateBuilder<Lease>();
        int answers = 0;
        Between(from, _machine, WireSize.Of(request), () => _exchange.Turn(request.Workers, request.Results, (_, answer, lease) =>
        {
            if (lease is not null)
            {
                leases.Add(lease);
            }

            if (++answers == request.Workers.Length)
            {
                bool isNews = _exchange.Known is { } known && (known.Epoch, known.Version) != (request.KnownEpoch, request.KnownVersion);
                ExchangeReply handedOn = answer with { Leases = leases.ToImmutable(), Parameters = isNews ? _exchange.Known : null };
                Between(_machine, from, WireSize.Of(handedOn), () => reply(handedOn));
            }
        }));
    }

    // Within the machine nothing is sent.
    private static void Between(Machine from, Machine to, long bytes, Action arrived)
    {
        if (from == to)
        {
            arrived();
        }
        else
        {
            from.Send(to, bytes, arrived);
        }
    }
}
