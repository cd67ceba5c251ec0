using System.Collections.Immutable;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Cluster.Workers;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>
/// The policy of <see cref="JobExchange"/> in virtual time, over the real <see cref="PartialSums"/>: which results leave when, and when
/// workers ask together. The class itself goes on by tasks of the thread pool, whose order nobody could repeat.
/// </summary>
/// <param name="loop">The clock.</param>
/// <param name="settings">What is simulated.</param>
/// <param name="cpu">What adds up: one thread, where a silo has several.</param>
/// <param name="call">Calls whoever gives leases.</param>
internal sealed class SimulatedExchange(
    EventLoop loop, SimulationSettings settings, VirtualCpu cpu, Action<ExchangeRequest, Action<ExchangeReply>> call)
{
    private readonly Dictionary<RoundId, PartialSums> _sums = [];
    private readonly List<Want> _wants = [];
    private readonly List<NodeResult> _undelivered = [];
    private RoundId? _exhausted;
    private bool _isWatched;

    /// <summary>The newest parameters here; null before any came.</summary>
    public ParameterSnapshot? Known { get; private set; }

    /// <summary>A turn for some workers: what they have finished, for a block each; every one of them is answered by itself.</summary>
    public void Turn(ImmutableArray<string> workers, ImmutableArray<NodeResult> finished, Action<string, ExchangeReply, Lease?> answer) => cpu.Run(() =>
    {
        foreach (NodeResult result in finished)
        {
            Take(result);
        }

        _wants.AddRange(workers.Select(worker => new Want(worker, answer)));
        return () => Pump(isOverdue: false);
    });

    private void Take(NodeResult result)
    {
        if (_sums.TryGetValue(result.Round, out PartialSums? sums))
        {
            sums.Add(result);
        }
        else
        {
            _undelivered.Add(result);
        }
    }

    private void Pump(bool isOverdue, bool isAnswered = false)
    {
        ImmutableArray<NodeResult> results = [.. _undelivered, .. _sums.Values.SelectMany(sums => sums.TakeReady(force: isOverdue))];
        _undelivered.Clear();
        ImmutableArray<Want> asking = [];
        bool isAsking = _wants.Exists(static want => want.IsAsked);
        bool waits = isAsking || (!isOverdue && !isAnswered && _exhausted is { } round && _sums.TryGetValue(round, out PartialSums? last) && last.HasOut);
        if (!waits)
        {
            asking = [.. _wants.Where(static want => !want.IsAsked)];
            foreach (Want want in asking)
            {
                want.IsAsked = true;
            }
        }
        else if (!isAsking && !_isWatched && _wants.Exists(static want => !want.IsAsked))
        {
            _isWatched = true;
            loop.After(settings.Patience, () =>
            {
                _isWatched = false;
                Pump(isOverdue: true);
            });
        }

        if (results.Length + asking.Length > 0)
        {
            cpu.Run(() =>
            {
                ExchangeRequest request = new()
                {
                    Workers = [.. asking.Select(static want => want.Worker)],
                    DeviceClass = "simulated",
                    Results = [.. results.Select(static result => result.WithFingerprint())],
                    KnownEpoch = Known?.Epoch ?? 0,
                    KnownVersion = Known?.Version ?? 0,
                };
                return () => call(request, reply => Answered(reply, asking));
            });
        }
    }

    private void Answered(ExchangeReply reply, ImmutableArray<Want> asking)
    {
        Known = reply.Parameters ?? Known;
        foreach (Lease lease in reply.Leases)
        {
            Note(lease, reply.IsExhausted);
        }

        int answered = reply.Leases.IsEmpty ? asking.Length : Math.Min(asking.Length, reply.Leases.Length);
        foreach (Want want in asking[answered..])
        {
            want.IsAsked = false;
        }

        for (int at = 0; at < answered; at++)
        {
            _wants.Remove(asking[at]);
            asking[at].Answer(asking[at].Worker, reply, at < reply.Leases.Length ? reply.Leases[at] : null);
        }

        Pump(isOverdue: false, isAnswered: asking.Length > 0);
    }

    private void Note(Lease lease, bool isExhausted)
    {
        if (!_sums.TryGetValue(lease.Round, out PartialSums? sums))
        {
            foreach (RoundId over in _sums.Where(static entry => entry.Value.IsEmpty).Select(static entry => entry.Key).ToList())
            {
                _sums.Remove(over);
            }

            _sums[lease.Round] = sums = new PartialSums(lease.Blocks);
        }

        sums.Leased(lease.Block);
        _exhausted = isExhausted ? lease.Round : null;
    }

    private sealed class Want(string worker, Action<string, ExchangeReply, Lease?> answer)
    {
        public string Worker => worker;

        public bool IsAsked { get; set; }

        public Action<string, ExchangeReply, Lease?> Answer => answer;
    }
}
