using System.Globalization;
using System.Net;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Placement;
using MetaTrain.Cluster.Workers;
using Orleans.Runtime;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>
/// One life of a silo: its workers take blocks by the product's <see cref="JobExchange"/> and <see cref="JobLink"/>, take their time, and hand in made-up gradients,
/// until it dies. The exchange runs in turns of one thread, where a silo has several.
/// </summary>
internal sealed class SimulatedSilo
{
    private const string DeviceClass = "simulated";

    private readonly EventLoop _loop;
    private readonly Draws _draws;
    private readonly MadeUpGradients _gradients;
    private readonly Machine _machine;
    private readonly JobLink _link;
    private readonly JobExchange _exchange;
    private readonly Dictionary<string, int> _workers;

    private ParameterRead? _newest;

    public SimulatedSilo(SimulatedCluster cluster, int index, int generation, int workers)
    {
        (_loop, _draws, _gradients) = (cluster.Loop, cluster.Draws, cluster.Gradients);
        _machine = cluster.SiloMachines[index];
        _link = new JobLink(cluster.Job.Session.Settings.Job, cluster.GrainsFor(_machine), cluster.Transfers, DeviceClass);
        Address = AddressOf(index, generation);
        string name = string.Create(CultureInfo.InvariantCulture, $"silo-{index}");
        _workers = Enumerable.Range(0, workers).ToDictionary(slot => new WorkerKey(name, slot, Address).ToString(), slot => (index * workers) + slot);
        _exchange = new JobExchange(CallAsync, Learn, DeviceClass, new MachineClock(_loop, _machine.Cpu));
    }

    public SiloAddress Address { get; }

    /// <summary>True from its death on: what it was doing is lost, what it had sent arrives.</summary>
    public bool IsDead { get; set; }

    /// <summary>The address of one life of a silo.</summary>
    public static SiloAddress AddressOf(int index, int generation) =>
        SiloAddress.New(new IPEndPoint(new IPAddress([10, 0, (byte)(index >> 8), (byte)index]), 11111), generation);

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

    // An answer that never comes was for a silo that is dead.
    private async Task<ExchangeReply> CallAsync(ExchangeRequest request)
    {
        try
        {
            ExchangeReply reply = await _link.ExchangeAsync(request);
            return IsDead ? await new TaskCompletionSource<ExchangeReply>().Task : reply;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _loop.Fail(e);
            throw;
        }
    }

    private Task Learn(ParameterSnapshot snapshot)
    {
        _newest = new ParameterRead(snapshot.Version);
        _newest.Came(snapshot.Values);
        return Task.CompletedTask;
    }

    private void Answered(string worker, Turn turn)
    {
        if (turn.Lease is { } lease)
        {
            _ = _loop.FollowAsync(ComputeAsync(worker, lease));
            return;
        }

        // As a worker grain does: at once when there may be work, after a moment when this job has no use for it.
        _loop.After(turn.Outcome == ExchangeOutcome.Leave ? 50 * SimulationSettings.Millisecond : 0, () => Ask(worker, null));
    }

    private async Task ComputeAsync(string worker, Lease lease)
    {
        if (_newest is not { } read || read.Version != lease.Version)
        {
            _newest = read = new ParameterRead(lease.Version);
            _ = _loop.FollowAsync(ReadAsync(read, lease));
        }

        FloatVector? parameters = await read.ValuesAsync();
        await _machine.Cpu.EndAsync();
        if (parameters is null)
        {
            // The round was over before its parameters had come.
            _machine.Cpu.Run(() => _exchange.Release(lease));
            Ask(worker, null);
            return;
        }

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

    private async Task ReadAsync(ParameterRead read, Lease lease) => read.Came(await _link.ReadAsync(lease.Epoch, lease.Version));
}
