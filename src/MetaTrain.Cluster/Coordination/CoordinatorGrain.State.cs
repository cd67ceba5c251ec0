using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Storage;
using Microsoft.Extensions.Logging;

namespace MetaTrain.Cluster.Coordination;

/// <summary>The job's life: what people ask of it, and how it ends.</summary>
internal sealed partial class CoordinatorGrain
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(5);

    private Task? _ending;
    private JobReport? _reported;
    private long _reportedAt;
    private bool _isReporting;
    private bool _hasReported;

    private bool HasCommitted => _committing.IsCompleted && _toCommit.Count == 0;

    public async Task<ControlReply> RequestAsync(JobRequest request)
    {
        if (request == JobRequest.Cancel && await CancelUnstartedAsync())
        {
            return new ControlReply(Found: true, Refusal: null, _record?.State ?? JobState.Cancelled);
        }

        await EnsureStartedAsync();
        if (await RecordAsync() is not { } record)
        {
            return new ControlReply(Found: false, Refusal: null, JobState.Failed);
        }

        if (record.State.IsFinal())
        {
            return new ControlReply(Found: true, $"Job {Job} is {Lower(record.State)} already: there is nothing to {Lower(request)}.", record.State);
        }

        if (request == JobRequest.Run && Interrupted(record) is { } howToGoOn)
        {
            return new ControlReply(Found: true, $"Job {Job} does not run in this cluster. {howToGoOn}", record.State);
        }

        if (CancelsAlready(record, request) is { } early)
        {
            return early;
        }

        await services.Jobs.SetRequestAsync(Job, request, CancellationToken.None);
        if (_record is not { } current || current.State.IsFinal())
        {
            // It ended meanwhile, or another coordinator has it, which obeys.
            return new ControlReply(Found: true, Refusal: null, (_record ?? record).State);
        }

        if (CancelsAlready(current, request) is { } late)
        {
            return late;
        }

        _record = record = current with { Request = request };
        if (_session is not { IsReadOnly: false } session)
        {
            // No coordinator runs here that could act on it: who starts the job next obeys.
            return new ControlReply(Found: true, Refusal: null, record.State);
        }

        switch (request)
        {
            case JobRequest.Pause when !session.IsPaused:
                session.IsPaused = true;
                await CommitNowAsync();
                if (_session != session)
                {
                    break;
                }

                Note(RunEventKind.Lifecycle, $"Paused at iteration {session.Trajectory.Iteration}.");
                await ChangeStateAsync(session, JobState.Paused);
                break;
            case JobRequest.Run when session.IsPaused:
                session.IsPaused = false;
                Note(RunEventKind.Lifecycle, $"Resumed at iteration {session.Trajectory.Iteration}.");
                await ChangeStateAsync(session, session.IsTrained ? JobState.Evaluating : JobState.Running);
                await AdvanceAsync();
                break;
            case JobRequest.Cancel:
                // No step after the commit: what the job ends with is what the store has.
                session.IsPaused = true;
                await CommitNowAsync();
                if (_session == session)
                {
                    await EndAsync(session.Epoch, JobState.Cancelled, failure: null);
                }

                break;
        }

        return new ControlReply(Found: true, Refusal: null, (_record ?? record).State);
    }

    private ControlReply? CancelsAlready(JobRecord record, JobRequest request) => record.Request == JobRequest.Cancel && request != JobRequest.Cancel
        ? new ControlReply(Found: true, $"Job {Job} is being cancelled: there is nothing to {(request == JobRequest.Run ? "resume" : Lower(request))}.", record.State)
        : null;

    /// <summary>Ends a job that is not running here: it need not be started for that, which may lack a device, or be the business of a cluster that is gone.</summary>
    /// <returns>False when it runs, has ended, or is unknown.</returns>
    private async Task<bool> CancelUnstartedAsync()
    {
        await NothingStartsAsync();
        if (_session is { IsReadOnly: false })
        {
            return false;
        }

        Task<bool> cancelling = CancelAsync();
        await AloneAsync(_starting = cancelling);
        return await cancelling;

        async Task<bool> CancelAsync()
        {
            if (await services.Jobs.ReadAsync(Job, CancellationToken.None) is not { } record || record.State.IsFinal())
            {
                return false;
            }

            LeaveSession();
            await services.Jobs.SetRequestAsync(Job, JobRequest.Cancel, CancellationToken.None);
            _record = record with { Request = JobRequest.Cancel };
            await EndAsync(await services.Jobs.AcquireEpochAsync(Job, CancellationToken.None), JobState.Cancelled, failure: null);
            return true;
        }
    }

    private async Task FinishAsync(JobSession session)
    {
        if (_session != session)
        {
            return;
        }

        if (session.IsReadOnly)
        {
            CloseReadOnly(session);
        }
        else if (session.Failure is { } failure)
        {
            await EndAsync(session.Epoch, JobState.Failed, failure);
        }
        else if (_record is { Request: JobRequest.Cancel } && session.IsPaused && _committedIteration == session.Trajectory.Iteration && HasCommitted)
        {
            // Where the cancelling itself met an outage.
            await EndAsync(session.Epoch, JobState.Cancelled, failure: null);
        }
        else if (session.IsTrained && !session.IsPaused && _committedIteration == session.Iterations && !_finalOpen && HasCommitted && !session.ShouldCommit())
        {
            await OpenFinalEvaluationAsync(session);
        }
    }

    private async Task ChangeStateAsync(JobSession session, JobState state)
    {
        if (_ending is { } ending)
        {
            await ending;
            return;
        }

        _record = _record! with { State = state, LastStatus = Status() with { State = state } };
        if (!await services.Jobs.TryUpdateAsync(_record, session.Epoch, CancellationToken.None))
        {
            Replaced();
            return;
        }

        StoreIsBack();
        await ReportAsync();
    }

    // The one way out: state, failure and the last status are durable before the workers are let go. Whoever comes first says how; the others wait.
    private async Task EndAsync(long epoch, JobState state, string? failure)
    {
        Task ending = _ending ??= EndAloneAsync(epoch, state, failure);
        try
        {
            await ending;
        }
        finally
        {
            _ending = _ending == ending ? null : _ending;
        }
    }

    private async Task EndAloneAsync(long epoch, JobState state, string? failure)
    {
        JobStatus status = (_session is null ? _record!.LastStatus ?? BareStatus(_record) : Status()) with { State = state, Failure = failure, Stalled = null };
        JobRecord ended = _record! with { State = state, Failure = failure, LastStatus = status, EndedAt = services.Time.GetUtcNow() };
        if (!await services.Jobs.TryUpdateAsync(ended, epoch, CancellationToken.None))
        {
            Replaced();
            return;
        }

        _record = ended;
        _events.Write(state == JobState.Failed ? RunEventKind.Problem : RunEventKind.Lifecycle, status.Iteration, failure ?? $"{state} at iteration {status.Iteration}.");
        LeaveSession();
        services.Instruments.JobLeft(Label);
        FailTickets($"Job {Job} ended ({Lower(state)}) before the evaluation did.");
        _waitingWatchers.Wake();
        await ReportAsync();
        DelayDeactivation(TimeSpan.FromMinutes(2));
    }

    // Of a job whose coordinator was replaced here, as the store has it: another one may have it already.
    private async Task<JobRecord?> RecordAsync() => _record ?? await services.Jobs.ReadAsync(Job, CancellationToken.None);

    /// <summary>A later coordinator has the job: this one must not write or lease any more.</summary>
    private void Replaced()
    {
        Note(RunEventKind.Recovery, $"The coordinator on {services.Silo.Name} was replaced and stops.");
        LeaveSession();
        _record = null;
        DeactivateOnIdle();
    }

    private void LeaveSession()
    {
        _session = null;
        _aggregation?.Close();
        _aggregation = null;
        _aggregatorSilos = [];
        _toCommit.Clear();
        _committing = Task.CompletedTask;
        _finalOpen = false;
        _commitWanted?.TrySetResult();
        _commitWanted = null;
        _waiting.Dismiss();
    }

    // The queue's silo may die, or not answer: what it was not told, or has lost since, the ticks tell it.
    private async Task ReportAsync()
    {
        if (CurrentReport() is not { } report)
        {
            return;
        }

        (_isReporting, _hasReported, _reported) = (true, true, null);
        try
        {
            await GrainFactory.GetGrain<IJobQueueGrain>(IJobQueueGrain.Key).ReportAsync(report);
            (_reported, _reportedAt) = (report, services.Time.GetTimestamp());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogReportFailed(logger, Job.Value, e);
        }
        finally
        {
            _isReporting = false;
        }
    }

    private void ReportWhatIsNew()
    {
        bool isOwed = _reported is null ? _hasReported : _session is not null && (_reported != CurrentReport() || services.Time.GetElapsedTime(_reportedAt) >= ReportInterval);
        if (isOwed && !_isReporting)
        {
            _ = ReportAsync();
        }
    }

    private JobReport? CurrentReport() => _record is not { } record ? null : new JobReport(
        Job,
        record.State,
        _session is { HasWork: true },
        _session is { Settings.Spec.Resources.Strict: true } session ? session.Trajectory.DeviceClass : null);

    private static string Lower<TEnum>(TEnum value)
        where TEnum : struct, Enum => value.ToString().ToLowerInvariant();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {Job}: the queue could not be told where the job is; it is told again")]
    private static partial void LogReportFailed(ILogger logger, string job, Exception exception);
}
