using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Aggregation;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>
/// A remedy that the product does not have: several aggregators, each with a range of the parameters. Silos cut their sums into these ranges;
/// the coordinator leases and counts, and no vector passes it. A block starts when its lease and every range of its version have come. Nothing
/// dies and nothing straggles here: an aggregator would have to hear from the coordinator which sums count.
/// </summary>
internal sealed class ShardedSums : ICoordinator
{
    private readonly SimulatedCluster _cluster;
    private readonly ICoordinator _coordinator;
    private readonly Dictionary<(Machine Silo, long Version), int> _came = [];
    private readonly List<(Machine Silo, long Version, Action Starts)> _waiting = [];
    private FloatVector _newest;
    private int _stepped;

    public ShardedSums(SimulatedCluster cluster, ICoordinator coordinator)
    {
        (_cluster, _coordinator) = (cluster, coordinator);
        SimulationSettings settings = cluster.Settings;
        _newest = new FloatVector(new float[settings.Parameters]);
        for (int shard = 0; shard < settings.Shards; shard++)
        {
            Range range = Edge(shard)..Edge(shard + 1);
            Aggregators.Add(new Aggregator(
                new Machine(cluster.Loop, settings), range, SimulatedJob.NewTrajectory(range.End.Value - range.Start.Value, settings),
                new WholeAggregation(SimulatedJob.NewOptimizer(range.End.Value - range.Start.Value, settings)), settings.Blocks));
        }

        int Edge(int shard) => (int)((long)settings.Parameters * shard / settings.Shards);
    }

    public List<Aggregator> Aggregators { get; } = [];

    /// <summary>The newest version, all ranges together.</summary>
    public ReadOnlySpan<float> Parameters => _newest.Span;

    public void Exchange(Machine from, ExchangeRequest request, Action<ExchangeReply> reply)
    {
        foreach (NodeResult result in request.Results)
        {
            foreach (Aggregator aggregator in Aggregators)
            {
                from.Send(aggregator.Machine, aggregator.Bytes, () => aggregator.Take(result, () => Stepped(aggregator)));
            }
        }

        ExchangeRequest control = request with { Results = [.. request.Results.Select(static result => result with { Gradient = FloatVector.Empty })] };
        _coordinator.Exchange(from, control, answer =>
        {
            if (answer.Parameters is not { } news || news.Version == 0)
            {
                reply(answer.Parameters is null ? answer : answer with { Parameters = answer.Parameters with { Values = _newest } });
                return;
            }

            _waiting.Add((from, news.Version, () => reply(answer with { Parameters = news with { Values = _newest } })));
            StartIfComplete(from, news.Version);
        });
    }

    private void Stepped(Aggregator aggregator)
    {
        long version = _cluster.Iteration + 1;
        if (++_stepped == Aggregators.Count)
        {
            float[] next = new float[_newest.Length];
            Aggregators.ForEach(part => part.Parameters.CopyTo(next.AsSpan(part.Range)));
            (_newest, _stepped) = (new FloatVector(next), 0);
            _cluster.Stepped(version);
        }

        foreach (Machine silo in _cluster.SiloMachines)
        {
            aggregator.Machine.Send(silo, aggregator.Bytes, () =>
            {
                _came[(silo, version)] = _came.GetValueOrDefault((silo, version)) + 1;
                StartIfComplete(silo, version);
            });
        }
    }

    private void StartIfComplete(Machine silo, long version)
    {
        if (_came.GetValueOrDefault((silo, version)) == Aggregators.Count)
        {
            List<(Machine, long, Action Starts)> complete = _waiting.FindAll(waiting => waiting.Silo == silo && waiting.Version == version);
            _waiting.RemoveAll(waiting => waiting.Silo == silo && waiting.Version == version);
            complete.ForEach(static waiting => waiting.Starts());
            _came.Remove((silo, version - 1));
        }
    }
}
