using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Cluster.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Runtime;

namespace MetaTrain.Cluster.Queue;

/// <summary>The one queue of a cluster: takes jobs in, wakes their coordinators, tells workers whom to serve.</summary>
[Reentrant, KeepAlive]
internal sealed partial class JobQueueGrain(
    IJobStore jobs,
    Submissions submissions,
    ClusterInstruments instruments,
    IClusterMembershipService membership,
    IOptions<ClusterOptions> cluster,
    IOptions<CoordinationOptions> options,
    TimeProvider time,
    ILogger<JobQueueGrain> logger) : Grain, IJobQueueGrain
{
    // There may be many jobs.
    private const int ListedValidations = 20;

    private static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan DescribeDeadline = TimeSpan.FromSeconds(3);

    private readonly FairShare _shares = new(time);
    private readonly WorkerRoster _roster = new(time);
    private readonly WaitingWorkers _waiting = new(time);
    private readonly Dictionary<JobId, JobEntry> _jobs = [];

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (JobRecord record in await jobs.ListAsync(cancellationToken))
        {
            Track(record);
        }

        this.RegisterGrainTimer(TickAsync, new GrainTimerCreationOptions(TickPeriod, TickPeriod) { Interleave = true });
        WakeCoordinators();
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _waiting.Dismiss();
        instruments.QueueLeft();
        return Task.CompletedTask;
    }

    public async Task<SubmitReply> SubmitAsync(JobSubmission submission)
    {
        ValidationReply validation = await submissions.ValidateAsync(submission, estimate: false, _roster.All);
        if (!validation.Problems.IsEmpty)
        {
            return new SubmitReply(null, validation.Problems);
        }

        JobSpec spec = JobSpecReader.Parse(submission.SpecJson);
        JobRecord record = new()
        {
            Job = JobNames.For(spec.Name, submission.Submission),
            SpecJson = submission.SpecJson,
            SubmittedAt = time.GetUtcNow(),
            Order = await jobs.NextOrderAsync(CancellationToken.None),
            Owner = submission.Owner,
            DatasetSha256 = await submissions.DatasetVersionAsync(spec),
        };
        if (submission.InitialParameters is { } initial)
        {
            await jobs.WriteInitialParametersAsync(record.Job, initial, CancellationToken.None);
        }

        if (!await jobs.TryCreateAsync(record, CancellationToken.None))
        {
            return new SubmitReply(record.Job, []);
        }

        Track(record);
        WakeCoordinators();
        return new SubmitReply(record.Job, []);
    }

    public Task<ValidationReply> ValidateAsync(JobSubmission submission) => submissions.ValidateAsync(submission, estimate: true, _roster.All);

    public async Task<ControlReply> AdoptAsync(JobId job, string? owner)
    {
        if (!await jobs.SetOwnerAsync(job, owner, CancellationToken.None) || !await jobs.SetRequestAsync(job, JobRequest.Run, CancellationToken.None))
        {
            return new ControlReply(Found: false, Refusal: null, JobState.Failed);
        }

        JobRecord record = (await jobs.ReadAsync(job, CancellationToken.None))!;
        if (record.State.IsFinal())
        {
            return new ControlReply(Found: true, $"Job {job} is {record.State.ToString().ToLowerInvariant()} already: there is nothing to resume.", record.State);
        }

        Track(record);
        WakeCoordinators();
        return new ControlReply(Found: true, Refusal: null, record.State);
    }

    public async Task<ImmutableArray<JobStatus>> ListAsync()
    {
        ImmutableArray<JobRecord> records = await jobs.ListAsync(CancellationToken.None);
        JobStatus[] described = await Task.WhenAll(records.Select(DescribeAsync));
        return [.. described.Select(static job => job with { Validations = [.. job.Validations.TakeLast(ListedValidations)] })];
    }

    public async Task<JobId?> AssignAsync(WorkerStatus worker)
    {
        _roster.Heard(worker);
        if (worker.Draining)
        {
            _shares.Leave(worker.Id);
            return null;
        }

        long began = _waiting.Begin();
        while (true)
        {
            if (_shares.Assign(worker.Id, worker.DeviceClass) is { } job)
            {
                return job;
            }

            if (!await _waiting.WaitAsync(began))
            {
                return null;
            }
        }
    }

    public Task<ImmutableArray<WorkerStatus>> WorkersAsync()
    {
        Sweep();
        return Task.FromResult(_roster.All);
    }

    public async Task ReportAsync(JobReport report)
    {
        if (!_jobs.TryGetValue(report.Job, out JobEntry? entry))
        {
            if (await jobs.ReadAsync(report.Job, CancellationToken.None) is not { } record)
            {
                return;
            }

            entry = Track(record);
        }

        entry.State = report.State;
        _shares.Set(report.Job, entry.Priority, entry.Order, report.HasWork, report.DeviceClass);
        Measure();
        _waiting.Wake();
    }

    private JobEntry Track(JobRecord record)
    {
        bool runs = !record.State.IsFinal() && options.Value.Runs(record.Owner, cluster.Value.ClusterId);
        JobEntry entry = _jobs[record.Job] = new JobEntry
        {
            Priority = JobSpecReader.Parse(record.SpecJson).Priority,
            Order = record.Order,
            State = record.State,
            Wake = runs,
        };
        _shares.Set(record.Job, entry.Priority, entry.Order, hasWork: runs && record.Request == JobRequest.Run, deviceClass: null);
        Measure();
        _waiting.Wake();
        return entry;
    }

    // A coordinator reports when it has started; until then it is asked again, for its silo may die in between.
    private void WakeCoordinators()
    {
        foreach ((JobId job, JobEntry entry) in _jobs)
        {
            if (entry.Wake && entry.Waking is null or { IsCompleted: true })
            {
                entry.Waking = WakeAsync(job, entry);
            }
        }
    }

    private async Task WakeAsync(JobId job, JobEntry entry)
    {
        try
        {
            await GrainFactory.GetGrain<ICoordinatorGrain>(job.Value).EnsureRunningAsync();
            entry.Wake = false;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogWakeFailed(logger, job.Value, e);
        }
    }

    private Task TickAsync(CancellationToken cancellationToken)
    {
        _waiting.Expire();
        Sweep();
        WakeCoordinators();
        return Task.CompletedTask;
    }

    private void Sweep()
    {
        HashSet<string> alive = [.. membership.CurrentSnapshot.Members.Values.Where(static member => member.Status == SiloStatus.Active).Select(static member => member.Name)];
        foreach (string worker in _roster.Sweep(worker => !alive.Contains(worker.Silo)))
        {
            _shares.Leave(worker);
        }
    }

    private async Task<JobStatus> DescribeAsync(JobRecord record)
    {
        try
        {
            JobStatus? status = await GrainFactory.GetGrain<ICoordinatorGrain>(record.Job.Value).DescribeAsync().WaitAsync(DescribeDeadline, time);
            return status ?? throw new InvalidDataException($"Job {record.Job} vanished from the store while it was listed.");
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            LogDescribeFailed(logger, record.Job.Value, e);
            return (record.LastStatus ?? Submissions.Describe(record)) with { State = record.State, Stalled = "Its coordinator does not answer at the moment." };
        }
    }

    private void Measure() =>
        instruments.QueueChanged(_jobs.Values.CountBy(static job => job.State));

    private sealed class JobEntry
    {
        public required int Priority { get; init; }

        public required long Order { get; init; }

        public JobState State { get; set; }

        public bool Wake { get; set; }

        public Task? Waking { get; set; }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {Job}: its coordinator could not start yet; trying again")]
    private static partial void LogWakeFailed(ILogger logger, string job, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {Job}: its coordinator does not answer")]
    private static partial void LogDescribeFailed(ILogger logger, string job, Exception exception);
}
