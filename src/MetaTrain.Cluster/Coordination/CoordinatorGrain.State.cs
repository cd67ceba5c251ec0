using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Storage;

namespace MetaTrain.Cluster.Coordination;

/// <summary>The job's life: what people ask of it, and how it ends.</summary>
internal sealed partial class CoordinatorGrain
{
    public async Task<ControlReply> RequestAsync(JobRequest request)
    {
        await EnsureStartedAsync();
        if (_record is not { } record)
        {
            return new ControlReply(Found: false, Refusal: null, JobState.Failed);
        }

        if (record.State.IsFinal())
        {
            return new ControlReply(Found: true, $"Job {Job} is {Lower(record.State)} already: there is nothing to {Lower(request)}.", record.State);
        }

        await services.Jobs.SetRequestAsync(Job, request, CancellationToken.None);
        _record = record = record with { Request = request };
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
                await EndAsync(session.Epoch, JobState.Cancelled, failure: null);
                break;
        }

        return new ControlReply(Found: true, Refusal: null, _record!.State);
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
        else if (session.IsTrained && !session.IsPaused && _committedIteration == session.Iterations && !_finalOpen)
        {
            await OpenFinalEvaluationAsync(session);
        }
    }

    private async Task ChangeStateAsync(JobSession session, JobState state)
    {
        _record = _record! with { State = state, LastStatus = Status() with { State = state } };
        if (!await services.Jobs.TryUpdateAsync(_record, session.Epoch, CancellationToken.None))
        {
            Replaced();
            return;
        }

        await ReportAsync(session.HasWork);
    }

    // The one way out: state, failure and the last status are durable before the workers are let go.
    private async Task EndAsync(long epoch, JobState state, string? failure)
    {
        JobStatus status = (_session is null ? BareStatus(_record!) : Status()) with { State = state, Failure = failure, Stalled = null };
        _record = _record! with { State = state, Failure = failure, LastStatus = status, EndedAt = services.Time.GetUtcNow() };
        Note(state == JobState.Failed ? RunEventKind.Problem : RunEventKind.Lifecycle, failure ?? $"{state} at iteration {status.Iteration}.");
        if (!await services.Jobs.TryUpdateAsync(_record, epoch, CancellationToken.None))
        {
            Replaced();
            return;
        }

        LeaveSession();
        services.Instruments.JobLeft(Label);
        FailTickets($"Job {Job} ended ({Lower(state)}) before the evaluation did.");
        _waitingWatchers.Wake();
        await ReportAsync(hasWork: false);
        DelayDeactivation(TimeSpan.FromMinutes(2));
    }

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
        _finalOpen = false;
        _commitWanted?.TrySetResult();
        _commitWanted = null;
        _waiting.Dismiss();
    }

    private async Task ReportAsync(bool hasWork)
    {
        JobReport report = new(Job, _record!.State, hasWork, _session is { Settings.Spec.Resources.Strict: true } session ? session.Trajectory.DeviceClass : null);
        await GrainFactory.GetGrain<IJobQueueGrain>(IJobQueueGrain.Key).ReportAsync(report);
    }

    private static string Lower<TEnum>(TEnum value)
        where TEnum : struct, Enum => value.ToString().ToLowerInvariant();
}
