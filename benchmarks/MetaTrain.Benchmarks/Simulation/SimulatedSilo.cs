using System.Globalization;
using System.Net;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Placement;
using Orleans.Runtime;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>One life of a silo: its workers take blocks, take their time, and hand in made-up gradients, until it dies.</summary>
internal sealed class SimulatedSilo
{
    private readonly EventLoop _loop;
    private readonly Draws _draws;
    private readonly MadeUpGradients _gradients;
    private readonly SimulatedExchange _exchange;
    private readonly Dictionary<string, int> _workers;

    public SimulatedSilo(SimulatedCluster cluster, int index, int generation, int workers, ICoordinator coordinator)
    {
        (_loop, _draws, _gradients) = (cluster.Loop, cluster.Draws, cluster.Gradients);
        Machine machine = cluster.SiloMachines[index];
        Address = SiloAddress.New(new IPEndPoint(new IPAddress([10, 0, (byte)(index >> 8), (byte)index]), 11111), generation);
        string name = string.Create(CultureInfo.InvariantCulture, $"silo-{index}");
        _workers = Enumerable.Range(0, workers).ToDictionary(slot => new WorkerKey(name, slot, Address).ToString(), slot => (index * workers) + slot);
        _exchange = new SimulatedExchange(_loop, cluster.Settings, machine.Cpu, (request, answered) => coordinator.Exchange(machine, request, reply =>
        {
            if (!IsDead)
            {
                answered(reply);
            }
        }));
    }

    public SiloAddress Address { get; }

    /// <summary>True from its death on: what it was doing is lost, what it had sent arrives.</summary>
    public bool IsDead { get; set; }

    /// <summary>Its workers ask for their first blocks.</summary>
    public void Start()
    {
        foreach (string worker in _workers.Keys)
        {
            Turn(worker, null);
        }
    }

    private void Turn(string worker, NodeResult? finished)
    {
        if (!IsDead)
        {
            _exchange.Turn([worker], finished is null ? [] : [finished], Answered);
        }
    }

    private void Answered(string worker, ExchangeReply reply, Lease? lease)
    {
        if (lease is null)
        {
            // As a worker grain does: at once when there may be work, after a moment when this job has no use for it.
            _loop.After(reply.Outcome == ExchangeOutcome.Leave ? 50 * SimulationSettings.Millisecond : 0, () => Turn(worker, null));
            return;
        }

        if (_exchange.Known is not { } known || known.Version != lease.Version)
        {
            throw new InvalidOperationException($"A block of version {lease.Version} was leased to a silo that has version {_exchange.Known?.Version}.");
        }

        FloatVector parameters = known.Values;
        long time = _draws.BlockTime(lease.Round.Number, lease.Block, _workers[worker]);
        _loop.After(time, () =>
        {
            if (!IsDead)
            {
                Turn(worker, new NodeResult
                {
                    Epoch = lease.Epoch,
                    Round = lease.Round,
                    Node = new TreeNode(0, lease.Block),
                    Count = lease.Tasks,
                    Gradient = new FloatVector(_gradients.Compute(parameters.Span, lease.Round.Number, lease.Block)),
                    Metrics = [0.5],
                    Workers = [worker],
                });
            }
        });
    }
}
