using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Cluster.Queue;

namespace MetaTrain.Cluster.Coordination;

/// <summary>What people see: immutable snapshots, made between turns.</summary>
internal sealed partial class CoordinatorGrain
{
    private const int EventsAtOnce = 200;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private readonly WaitingWorkers _waitingWatchers = new(services.Time);
    private (float[] Parameters, string Sha256)? _hash;
    private string? _waitsFor;

    public async Task<JobStatus?> DescribeAsync()
    {
        await StartOrWaitAsync();
        return await RecordAsync() is { } record ? CurrentStatus(record) : null;
    }

    public async Task<WatchReply?> WatchAsync(long afterSequence)
    {
        await StartOrWaitAsync();
        ImmutableArray<RunEvent> events = await services.Events.ReadAsync(Job, afterSequence, EventsAtOnce, CancellationToken.None);
        if (events.IsEmpty && _session is not null)
        {
            await _waitingWatchers.WaitAsync(_waitingWatchers.Begin());
            events = await services.Events.ReadAsync(Job, afterSequence, EventsAtOnce, CancellationToken.None);
        }

        return await RecordAsync() is { } record ? new WatchReply(CurrentStatus(record), events) : null;
    }

    private JobStatus CurrentStatus(JobRecord record) =>
        _session is { IsReadOnly: false } ? Status() : (record.LastStatus ?? BareStatus(record)) with { State = record.State, Stalled = Interrupted(record) ?? _waitsFor };

    // A job that has no device to begin on can be looked at all the same.
    private async Task StartOrWaitAsync()
    {
        try
        {
            await EnsureStartedAsync();
            _waitsFor = null;
        }
        catch (NoDeviceException e)
        {
            _waitsFor = e.Message;
        }
    }

    private JobStatus Status()
    {
        JobRecord record = _record!;
        JobSession session = _session!;
        Trajectory trajectory = session.Trajectory;
        bool ended = record.State.IsFinal();
        return BareStatus(record) with
        {
            Iteration = trajectory.Iteration,
            CommittedIteration = _committedIteration,
            ParametersSha256 = Hash(trajectory.Parameters),
            MetaLoss = trajectory.Loss,
            MetaAccuracy = trajectory.Accuracy,
            LossHistory = trajectory.Losses.Points,
            Evaluation = _final ?? trajectory.Validations.LastOrDefault(),
            Validations = [.. trajectory.Validations],
            BestIteration = trajectory.Best is [long best, ..] ? best : null,
            TrainingSeconds = trajectory.TrainingSeconds,
            TasksPerSecond = session.IsTrained || ended
                ? trajectory.Tasks / Math.Max(trajectory.TrainingSeconds, 1e-9)
                : session.TasksPerSecond,
            Device = trajectory.DeviceClass,
            Plan = session.Settings.Plan,
            Workers = [.. trajectory.BlocksByWorker.OrderBy(static worker => worker.Key, StringComparer.Ordinal)
                .Select(worker => new WorkerContribution(worker.Key, worker.Value, session.Doing(worker.Key)))],
            BlocksReissued = trajectory.BlocksReissued,
            Epoch = session.Epoch,
            SecondsSinceCommit = _committedTime == 0 ? null : services.Time.GetElapsedTime(_committedTime).TotalSeconds,
            ParameterCount = trajectory.Parameters.Length,
            Stalled = Stalled(session),
            Coordinator = services.Silo.Name,
            Aggregators = [.. _aggregatorSilos.Select(NameOf)],
        };
    }

    private JobStatus BareStatus(JobRecord record) => Submissions.Describe(record) with
    {
        WallSeconds = ((record.EndedAt ?? services.Time.GetUtcNow()) - record.SubmittedAt).TotalSeconds,
    };

    private string? Stalled(JobSession session)
    {
        // A note that failed is missed by nobody.
        if (_storeProblem is { } problem && (!_committing.IsCompleted || session.IsCareful || !session.HasWork))
        {
            return problem;
        }

        if (!session.HasWork || session.LeasesOut > 0 || services.Time.GetElapsedTime(_lastTurn) < Silence)
        {
            return null;
        }

        return _refusedClasses.Count > 0
            ? $"No worker of device class {session.Trajectory.DeviceClass} asks for work; there are workers of {string.Join(", ", _refusedClasses.Order(StringComparer.Ordinal))}."
            : "No worker asks for work: 'metatrain workers' shows who is in the cluster, and which job they serve.";
    }

    private string? Interrupted(JobRecord record) => record.State.IsFinal() || services.Runs(record.Owner)
        ? null
        : record.Owner is null ? "This cluster runs only its own job: 'metatrain up' goes on with it." : $"The local cluster that ran it is gone: 'metatrain train --resume {record.Job}' goes on from its last commit.";

    private string Hash(float[] parameters)
    {
        if (_hash is not { } known || known.Parameters != parameters)
        {
            _hash = known = (parameters, CheckpointCodec.Hash(parameters));
        }

        return known.Sha256;
    }
}
