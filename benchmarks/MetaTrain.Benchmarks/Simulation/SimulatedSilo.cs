using System.Globalization;
using System.Net;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Placement;
using MetaTrain.Cluster.Workers;
using Orleans.Runtime;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>
/// One life of a silo: its workers take blocks by the product's <see cref="JobExchange"/>, take their time, and hand in made-up gradients,
/// until it dies. The exchange runs in turns of one thread, where a silo has several.
/// </summary>
internal sealed class SimulatedSilo
{
    private readonly EventLoop _loop;
    private readonly Draws _draws;
    private readonly MadeUpGradients _gradients;
    private readonly Machine _machine;
    private readonly ICoordinator _coordinator;
    private readonly JobExchange _exchange;
    private readonly Dictionary<string, int> _workers;
    private ParameterSnapshot? _known;

    public SimulatedSilo(SimulatedCluster cluster, int index, int generation, int workers, ICoordinator coordinator)
    {
        (_loop, _draws, _gradients) = (cluster.Loop, cluster.Draws, cluster.Gradients);
        (_machine, _coordinator) = (cluster.SiloMachines[index], coordinator);
        Address = SiloAddress.New(new IPEndPoint(new IPAddress([10, 0, (byte)(index >> 8), (byte)index]), 11111), generation);
        string name = string.Create(CultureInfo.InvariantCulture, $"silo-{index}");
        _workers = Enumerable.Range(0, workers).ToDictionary(slot => new WorkerKey(name, slot, Address).ToString(), slot => (index * workers) + slot);
        _exchange = new JobExchange(CallAsync, snapshot => _known = snapshot, "simulated", new MachineClock(_loop, _machine.Cpu));
    }

    public SiloAddress Address { get; }

    /// <summary>True from its death on: what it was doing is lost, what it had sent arrives.</summary>
    public bool IsDead { get; set; }

    /// <summary>Its workers ask for their first blocks.</summary>
    public void Start()
    {
        foreach (string worker in _workers.Keys)
        {
            Ask(worker, null);
        }
    }

    private void Ask(string worker, NodeResult? finished) => _machine.Cpu.Run(() =>
    {
        if (!IsDead)
        {
            _ = AnswerAsync(worker, _exchange.TurnAsync(worker, finished));
        }
    });

    // The answer comes within a turn of the machine, and the worker goes on when that ends. A fault of the exchange ends the simulation.
    private async Task AnswerAsync(string worker, Task<Turn> turn)
    {
        await ((Task)turn).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _machine.Cpu.AtEnd(() => Answered(worker, turn.GetAwaiter().GetResult()));
    }

    // Sends when the turn ends; the answer is another turn. One that never comes was for a silo that is dead.
    private Task<ExchangeReply> CallAsync(ExchangeRequest request)
    {
        TaskCompletionSource<ExchangeReply> answer = new();
        _machine.Cpu.AtEnd(() =>
        {
            if (!IsDead)
            {
                _coordinator.Exchange(_machine, request, reply => _machine.Cpu.Run(() =>
                {
                    if (!IsDead)
                    {
                        answer.SetResult(reply);
                    }
                }));
            }
        });
        return answer.Task;
    }

    private void Answered(string worker, Turn turn)
    {
        if (turn.Lease is not { } lease)
        {
            // As a worker grain does: at once when there may be work, after a moment when this job has no use for it.
            _loop.After(turn.Outcome == ExchangeOutcome.Leave ? 50 * SimulationSettings.Millisecond : 0, () => Ask(worker, null));
            return;
        }

        if (_known is not { } known || known.Version != lease.Version)
        {
            throw new InvalidOperationException($"A block of version {lease.Version} was leased to a silo that has version {_known?.Version}.");
        }

        FloatVector parameters = known.Values;
        long time = _draws.BlockTime(lease.Round.Number, lease.Block, _workers[worker]);
        _loop.After(time, () =>
        {
            if (!IsDead)
            {
                Ask(worker, new NodeResult
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
