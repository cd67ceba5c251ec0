using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Aggregation;
using MetaTrain.Cluster.Placement;
using MetaTrain.Cluster.Queue;
using MetaTrain.Cluster.Telemetry;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace MetaTrain.Cluster.Coordination;

/// <summary>
/// The coordinator of one job. It receives, asks its <see cref="JobSession"/>, persists and replies; calls interleave at their awaits,
/// so that a person's question never waits for a commit.
/// </summary>
[Reentrant]
internal sealed partial class CoordinatorGrain(CoordinatorServices services, ILogger<CoordinatorGrain> logger) : Grain, ICoordinatorGrain
{
    private static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(200);

    private readonly WaitingWorkers _waiting = new(services.Time);
    private EventWriter _events = null!;
    private JobRecord? _record;
    private JobSession? _session;
    private Task? _starting;
    private bool _advancing;
    private bool _advanceAgain;

    // Workers whose silos wait for an answer.
    private int _wanted;

    private JobId Job => new(this.GetPrimaryKeyString());

    private string Label => JobNames.LabelOf(Job);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _events = new EventWriter(Job, services.Events, services.Time, logger) { Written = _waitingWatchers.Wake };
        this.RegisterGrainTimer(TickAsync, new GrainTimerCreationOptions(TickPeriod, TickPeriod) { Interleave = true });
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _waiting.Dismiss();
        _waitingWatchers.Dismiss();
        services.Instruments.JobLeft(Label);

        await CommitBeforeLeavingAsync(cancellationToken);
    }

    public Task EnsureRunningAsync() => EnsureStartedAsync();

    public async Task<ExchangeReply> ExchangeAsync(ExchangeRequest request)
    {
        await EnsureStartedAsync();
        if (_session is not { } session || !Admits(session, request))
        {
            return new ExchangeReply { Outcome = ExchangeOutcome.Leave };
        }

        // All before the first is counted: a silo whose call failed offers them all again.
        ImmutableArray<NodeResult> results = await BringAsync(session, request.Results);
        if (_session != session)
        {
            return new ExchangeReply { Outcome = ExchangeOutcome.Leave };
        }

        _lastTurn = services.Time.GetTimestamp();
        foreach (NodeResult result in results)
        {
            Count(session, result);
        }

        foreach (ReturnedLease returned in request.Returned)
        {
            session.Withdraw(returned.Lease, returned.Worker);
        }

        await AdvanceAsync();
        _wanted += request.Workers.Length;
        try
        {
            return await AnswerAsync(session, request);
        }
        finally
        {
            _wanted -= request.Workers.Length;
        }
    }

    // Blocks for the workers that want some, as soon as there are any.
    private async Task<ExchangeReply> AnswerAsync(JobSession session, ExchangeRequest request)
    {
        long began = _waiting.Begin();
        while (!request.Workers.IsEmpty && _session == session && session.HasWork)
        {
            (ImmutableArray<Lease> leases, bool isRefused) = await LeaseAsync(session, request.Workers, session.TryLease);
            if (!leases.IsEmpty)
            {
                ImmutableArray<Lease> ahead = await LeaseAheadAsync(session, request);
                services.Instruments.LeasesChanged(Label, session.LeasesOut);
                return new ExchangeReply
                {
                    Outcome = ExchangeOutcome.Lease,
                    Leases = leases,
                    IsExhausted = session.IsExhaustedFor(_wanted - request.Workers.Length),
                    Parameters = NewsFor(session, request, leases),
                    Epoch = session.Epoch,
                    Aggregators = session.Settings.Aggregators,
                    Ahead = ahead,
                };
            }

            if (isRefused || !await _waiting.WaitAsync(began))
            {
                return new ExchangeReply { Outcome = _session == session ? ExchangeOutcome.Wait : ExchangeOutcome.Leave };
            }
        }

        return _session == session
            ? new ExchangeReply
            {
                Outcome = ExchangeOutcome.Leave,
                Epoch = session.Epoch,
                Aggregators = session.Settings.Aggregators,
                Ahead = request.Workers.IsEmpty ? await LeaseAheadAsync(session, request) : [],
            }
            : new ExchangeReply { Outcome = ExchangeOutcome.Leave };
    }

    private async Task<ImmutableArray<Lease>> LeaseAheadAsync(JobSession session, ExchangeRequest request) =>
        (await LeaseAsync(session, request.Ahead, session.TryLeaseAhead)).Leases;

    // A block for each worker, as far as there are any. Refused: there was one, but it could not be noted in the store.
    private async Task<(ImmutableArray<Lease> Leases, bool IsRefused)> LeaseAsync(
        JobSession session, ImmutableArray<string> workers, Func<string, Lease?> tryLease)
    {
        ImmutableArray<Lease>.Builder leases = ImmutableArray.CreateBuilder<Lease>(workers.Length);
        foreach (string worker in workers)
        {
            if (_session != session || tryLease(worker) is not { } lease)
            {
                break;
            }

            if (!await NoteAttemptAsync(session, lease, worker))
            {
                return (leases.ToImmutable(), true);
            }

            leases.Add(lease);
        }

        return (leases.ToImmutable(), false);
    }

    // The parameters of the first lease whose version the silo lacks: with the leases, so that it need not ask. Aggregators are asked.
    private static ParameterSnapshot? NewsFor(JobSession session, ExchangeRequest request, ImmutableArray<Lease> leases) =>
        !session.Settings.IsRanged && leases.FirstOrDefault(lease => lease.Epoch != request.KnownEpoch || lease.Version != request.KnownVersion) is { } unknown
            && session.Parameters(unknown.Version) is { } values
            ? new ParameterSnapshot { Epoch = session.Epoch, Version = unknown.Version, Values = values }
            : null;

    public Task<ParameterSnapshot?> ReadParametersAsync(long epoch, long version) =>
        Task.FromResult(_session is { } session && session.Epoch == epoch && session.Parameters(version) is { } values
            ? new ParameterSnapshot { Epoch = epoch, Version = version, Values = values }
            : null);

    // Large sums are fetched from the silo that offers them; those of an earlier epoch count for nothing.
    private async ValueTask<ImmutableArray<NodeResult>> BringAsync(JobSession session, ImmutableArray<NodeResult> results)
    {
        if (results.All(static result => result.Gradient.Ticket is null))
        {
            return results;
        }

        FloatVector[] gradients = await Task.WhenAll(results.Select(result =>
            result.Epoch == session.Epoch ? services.Transfers.BringAsync(result.Gradient).AsTask() : Task.FromResult(result.Gradient)));
        return [.. results.Zip(gradients, static (result, gradient) => result with { Gradient = gradient })];
    }

    // Counts a result and measures what became of it.
    private void Count(JobSession session, NodeResult result)
    {
        Acceptance? acceptance = session.Accept(result);
        services.Instruments.BlockReturned(Label, acceptance switch
        {
            Acceptance.Counted => BlockOutcome.Accepted,
            Acceptance.Duplicate => BlockOutcome.Duplicate,
            _ => session.Failure is null ? BlockOutcome.Late : BlockOutcome.Failed,
        });
    }

    // Steps, closes evaluations, commits and ends as far as what is known allows. One at a time: whoever comes meanwhile asks for another round.
    private async Task AdvanceAsync()
    {
        _advanceAgain = true;
        if (_advancing || _session is not { } session)
        {
            return;
        }

        _advancing = true;
        AggregatorLostException? lost = null;
        try
        {
            while (_advanceAgain && _session == session)
            {
                _advanceAgain = false;
                await AdvanceOnceAsync(session);
            }
        }
        catch (StoreUnavailableException e)
        {
            // The next tick tries again.
            StoreIsAway(e.Message);
        }
        catch (AggregatorLostException e)
        {
            lost = e;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogAdvanceFailed(logger, Job.Value, session.Trajectory.Iteration, e);
            session.Fail($"The coordinator failed unexpectedly after iteration {session.Trajectory.Iteration} ({e.GetType().Name}: {e.Message}); the log of silo {services.Silo.Name} has the details.");
            await EndBrokenAsync(session);
        }
        finally
        {
            _advancing = false;
        }

        if (lost is not null)
        {
            await GoOnFromCommitAsync(session, $"of this: {lost.Message}");
        }

        // Turns that wait for a straggler's block are woken by the clock.
        if (_session != session || !session.HasWork || session.FreeBlocks > 0)
        {
            _waiting.Wake();
        }
    }

    // What broke would break again: the job, or the evaluation, ends here.
    private async Task EndBrokenAsync(JobSession session)
    {
        try
        {
            await FinishAsync(session);
        }
        catch (StoreUnavailableException e)
        {
            // The next tick tries again.
            StoreIsAway(e.Message);
        }
    }

    private async Task AdvanceOnceAsync(JobSession session)
    {
        do
        {
            if (session.CanStep)
            {
                await StepAsync(session);
                if (_session != session)
                {
                    return;
                }
            }

            foreach ((Round round, EvaluationSummary summary) in session.TakeEvaluations())
            {
                Evaluated(session, round, summary);
            }

            if (session.ShouldCommit() || _commitWanted is not null)
            {
                await RequestCommitAsync(session);
            }
        }
        while ((session.CanStep || _commitWanted is not null) && _session == session);

        await FinishAsync(session);
    }

    private async Task StepAsync(JobSession session)
    {
        int tasks = session.StepSum.Count;
        float[] next = await _aggregation!.NextParametersAsync(session);
        if (_session != session)
        {
            return;
        }

        TimeSpan elapsed = session.Stepped(next);
        services.Instruments.IterationStepped(
            Label, session.Trajectory.Iteration, tasks, session.Trajectory.Loss!.Value, session.Trajectory.Accuracy, elapsed);
        _waitingWatchers.Wake();
    }

    private bool Admits(JobSession session, ExchangeRequest request)
    {
        if ((!session.Settings.Spec.Resources.Strict && Workers.DeviceNeeds.AreMet(session.Settings.Spec.Resources, request.DeviceClass)) || request.DeviceClass == session.Trajectory.DeviceClass)
        {
            return true;
        }

        if (!request.Workers.IsEmpty && _refusedClasses.Add(request.DeviceClass))
        {
            Note(RunEventKind.Problem, $"Worker {WorkerKey.DisplayName(request.Workers[0])} computes on {request.DeviceClass} and this job's bits belong to "
                + $"{session.Trajectory.DeviceClass}: it gets no block (resources.strict: false allows the mixture and gives up identical bits).");
        }

        return false;
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        _waiting.Expire();
        _waitingWatchers.Expire();
        ReportWhatIsNew();
        if (_session is not { } session)
        {
            return;
        }

        session.ExpireLeases();
        LoseDeadSilos(session);
        await WatchAggregatorsAsync(session);
        if (_session != session)
        {
            return;
        }

        if (session.Failure is not null || session.CanStep || session.IsTrained || (session.IsReadOnly && !session.HasWork) || _record is { Request: JobRequest.Cancel })
        {
            await AdvanceAsync();
        }
        else if (_waiting.Count > 0)
        {
            _waiting.Wake();
        }
    }

    private void LoseDeadSilos(JobSession session)
    {
        ClusterMembershipSnapshot members = services.Membership.CurrentSnapshot;
        session.Lose(
            worker => members.GetSiloStatus(WorkerKey.Parse(worker).Silo) == SiloStatus.Dead,
            "its silo died");
    }

    private void StoreIsAway(string problem)
    {
        if (_storeProblem is null)
        {
            Note(RunEventKind.Problem, $"Iteration {_session?.Trajectory.Iteration ?? 0} waits for the store: {problem}");
        }

        _storeProblem = problem;
    }

    private void StoreIsBack()
    {
        if (_storeProblem is not null)
        {
            _storeProblem = null;
            Note(RunEventKind.Recovery, "The store is back.");
        }
    }

    private void Note(RunEventKind kind, string message) => _events.Write(kind, _session?.Trajectory.Iteration ?? 0, message);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {Job}: the coordinator failed after iteration {Iteration}")]
    private static partial void LogAdvanceFailed(ILogger logger, string job, long iteration, Exception exception);
}
