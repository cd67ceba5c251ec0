using System.Collections.Immutable;
using System.Text.Json;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Aggregation;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Cluster.Placement;
using Orleans.Runtime;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>
/// What the coordinator's grain does around its <see cref="JobSession"/>, turn by turn: every decision, sum, step and note is the product's own
/// code. Left out are the costs of Orleans itself, events, metrics and the queue. A step of the coordinator's own is charged to the same thread as
/// the turns; while aggregators step, other turns run.
/// </summary>
internal sealed class SimulatedCoordinator
{
    private const long Tick = 200 * SimulationSettings.Millisecond;

    private readonly SimulatedCluster _cluster;
    private readonly JobSession _session;
    private readonly WaitingWorkers _waiting;
    private readonly HashSet<SiloAddress> _dead = [];
    private List<WaitingTurn> _turns = [];
    private RangedAggregation? _ranged;
    private bool _isAdvancing;
    private bool _advanceAgain;
    private int _wanted;
    private bool _hasNote;
    private bool _isNoting;
    private Lease? _unnoted;

    public SimulatedCoordinator(SimulatedCluster cluster)
    {
        _cluster = cluster;
        _session = cluster.Job.Session;
        _waiting = new WaitingWorkers(cluster.Loop);
        cluster.Loop.After(Tick, OnTick);
    }

    public CoordinatorCosts Costs { get; } = new();

    public Machine Machine => _cluster.Head;

    /// <summary>The membership says so from now on.</summary>
    public void Died(SiloAddress silo) => _dead.Add(silo);

    /// <summary>The aggregators get their ranges, if there are any.</summary>
    public async Task OpenAsync() => _ranged = await _cluster.Job.CutAsync(_cluster.GrainsFor(Machine), _cluster.Transfers);

    /// <summary>A silo's turn: begins, and ends, in turns of this machine.</summary>
    public async Task<ExchangeReply> ExchangeAsync(Machine from, ExchangeRequest request)
    {
        Task brought = Task.WhenAll(request.Results.Select(result => Machine.FetchAsync(from, result.Gradient)));
        if (!brought.IsCompleted)
        {
            await brought;
            await Machine.Cpu.TurnAsync();
        }

        foreach (NodeResult result in request.Results)
        {
            Costs.Result(() => _session.Accept(result));
        }

        await AdvanceAsync();
        _wanted += request.Workers.Length;
        WaitingTurn turn = new(request, new TaskCompletionSource<ExchangeReply>(), _waiting.Begin());
        Answer(turn);
        Machine.Cpu.AtEnd(ResumeWoken);
        return await turn.Reply.Task;
    }

    /// <summary>What a silo gets that asks for a version by itself.</summary>
    public ParameterSnapshot? ReadParameters(long epoch, long version) => _session.Epoch == epoch && _session.Parameters(version) is { } values
        ? new ParameterSnapshot { Epoch = epoch, Version = version, Values = values }
        : null;

    // One pass of the grain's loop of AnswerAsync.
    private void Answer(WaitingTurn turn)
    {
        if (turn.Request.Workers.IsEmpty || !_session.HasWork)
        {
            ImmutableArray<Lease> next = turn.Request.Workers.IsEmpty ? Lease(turn.Request.Ahead, _session.TryLeaseAhead) : [];
            End(turn, new ExchangeReply { Outcome = ExchangeOutcome.Leave, Epoch = _session.Epoch, Aggregators = _session.Settings.Aggregators, Ahead = next });
            return;
        }

        ImmutableArray<Lease> leases = Lease(turn.Request.Workers, _session.TryLease);
        if (leases.IsEmpty)
        {
            turn.Woken = _waiting.WaitAsync(turn.Began);
            _turns.Add(turn);
            return;
        }

        ImmutableArray<Lease> ahead = Lease(turn.Request.Ahead, _session.TryLeaseAhead);
        bool isExhausted = false;
        Costs.Lease(() => isExhausted = _session.IsExhaustedFor(_wanted - turn.Request.Workers.Length));
        End(turn, new ExchangeReply
        {
            Outcome = ExchangeOutcome.Lease,
            Leases = leases,
            IsExhausted = isExhausted,
            Parameters = NewsFor(turn.Request, leases),
            Epoch = _session.Epoch,
            Aggregators = _session.Settings.Aggregators,
            Ahead = ahead,
        });
    }

    private void End(WaitingTurn turn, ExchangeReply reply)
    {
        _wanted -= turn.Request.Workers.Length;
        turn.Reply.SetResult(reply);
    }

    private ImmutableArray<Lease> Lease(ImmutableArray<string> workers, Func<string, Lease?> tryLease)
    {
        ImmutableArray<Lease>.Builder leases = ImmutableArray.CreateBuilder<Lease>(workers.Length);
        foreach (string worker in workers)
        {
            Lease? lease = null;
            Costs.Lease(() => lease = tryLease(worker));
            if (lease is null)
            {
                break;
            }

            leases.Add(lease);
        }

        if (leases.Count > 0)
        {
            _unnoted = leases[^1];
            NoteWhenStoreIsFree();
        }

        return leases.ToImmutable();
    }

    private void NoteAttempt(Lease lease)
    {
        bool isWorthNoting = _session.IsWorthNoting(lease);
        if (isWorthNoting || _hasNote)
        {
            _hasNote = isWorthNoting;
            byte[] note = JsonSerializer.SerializeToUtf8Bytes(isWorthNoting ? _session.Attempts() : []);
            Machine.Out.Pass(note.Length, _cluster.Loop.Now);
        }
    }

    private void NoteWhenStoreIsFree()
    {
        if (!_isNoting && _unnoted is { } lease)
        {
            (_isNoting, _unnoted) = (true, null);
            Costs.Note(() => NoteAttempt(lease));
            _cluster.Loop.After(_cluster.Settings.StoreTime, () => Machine.Cpu.Run(() =>
            {
                _isNoting = false;
                NoteWhenStoreIsFree();
            }));
        }
    }

    private ParameterSnapshot? NewsFor(ExchangeRequest request, ImmutableArray<Lease> leases) =>
        !_session.Settings.IsRanged && leases.FirstOrDefault(lease => lease.Epoch != request.KnownEpoch || lease.Version != request.KnownVersion) is { } unknown
            && _session.Parameters(unknown.Version) is { } values
            ? new ParameterSnapshot { Epoch = _session.Epoch, Version = unknown.Version, Values = values }
            : null;

    // One at a time: whoever comes while aggregators step asks for another round.
    private async Task AdvanceAsync()
    {
        _advanceAgain = true;
        if (_isAdvancing)
        {
            return;
        }

        _isAdvancing = true;
        while (_advanceAgain)
        {
            _advanceAgain = false;
            await AdvanceOnceAsync();
        }

        _isAdvancing = false;
        if (_session.FreeBlocks > 0 || !_session.HasWork)
        {
            _waiting.Wake();
        }
    }

    private async Task AdvanceOnceAsync()
    {
        while (_session.CanStep)
        {
            await StepAsync();
            if (_session.ShouldCommit())
            {
                await CommitAsync();
            }
        }

        if (_session.Failure is { } failure)
        {
            throw new InvalidOperationException($"The simulated job failed: {failure}");
        }
    }

    private async Task StepAsync()
    {
        if (_ranged is null)
        {
            long before = Costs.Steps;
            Costs.Step(() => _session.Stepped(_cluster.Job.Aggregation.NextParameters(_session.StepSum, _session.Trajectory.Parameters, _session.Trajectory.Iteration)));
            Costs.Stepping += Costs.Steps - before;
            return;
        }

        long whole = _cluster.Loop.Now;
        float[] next = await _ranged.NextParametersAsync(_session);
        await Machine.Cpu.TurnAsync();
        Costs.Step(() => _session.Stepped(next));
        Costs.Stepping += _cluster.Loop.Now - whole;
    }

    // Encoded behind the turn; its bytes share the link.
    private async Task CommitAsync()
    {
        OptimizerState optimizer;
        if (_ranged is null)
        {
            optimizer = _cluster.Job.Aggregation.Capture();
        }
        else
        {
            optimizer = await _ranged.CaptureAsync();
            await Machine.Cpu.TurnAsync();
        }

        _session.CommitStarted();
        CommitImage image = CommitImage.Take(_session, optimizer, _cluster.Loop);
        Machine.Out.Pass(
            sizeof(float) * (image.Parameters.LongLength + image.Optimizer.Values.GetAwaiter().GetResult().Values.Sum(static vector => vector.LongLength)),
            _cluster.Loop.Now);
    }

    private void OnTick()
    {
        Machine.Cpu.Run(() =>
        {
            _waiting.Expire();
            _session.ExpireLeases();
            _session.Lose(worker => _dead.Contains(WorkerKey.Parse(worker).Silo), "its silo died");
            if (_waiting.Count > 0)
            {
                _waiting.Wake();
            }

            Machine.Cpu.AtEnd(ResumeWoken);
        });
        _cluster.Loop.After(Tick, OnTick);
    }

    // Each turn that was woken goes on by itself.
    private void ResumeWoken()
    {
        List<WaitingTurn> woken = _turns.FindAll(static turn => turn.Woken!.IsCompleted);
        _turns = _turns.FindAll(static turn => !turn.Woken!.IsCompleted);
        foreach (WaitingTurn turn in woken)
        {
            _cluster.Woken++;
            bool mayHaveWork = turn.Woken!.GetAwaiter().GetResult();
            Machine.Cpu.Run(() =>
            {
                if (mayHaveWork)
                {
                    Answer(turn);
                }
                else
                {
                    End(turn, new ExchangeReply { Outcome = ExchangeOutcome.Wait });
                }
            });
        }
    }

    private sealed record WaitingTurn(ExchangeRequest Request, TaskCompletionSource<ExchangeReply> Reply, long Began)
    {
        public Task<bool>? Woken { get; set; }
    }
}
