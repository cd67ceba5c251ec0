using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Aggregation;
using Microsoft.Extensions.Logging;

namespace MetaTrain.Cluster.Coordination;

/// <summary>Commits: behind the next iteration, one at a time, under the fencing epoch.</summary>
internal sealed partial class CoordinatorGrain
{
    private static readonly TimeSpan CommitRetry = TimeSpan.FromSeconds(1);

    private readonly List<CommitImage> _toCommit = [];
    private Task _committing = Task.CompletedTask;
    private long _committedIteration;
    private long _committedTime;
    private string? _storeProblem;
    private TaskCompletionSource? _commitWanted;
    private NoteWriter? _notes;
    private bool _hasNote;

    // Of any lease since the last note was begun.
    private bool _isWorthNoting;

    // Called between steps only: a step moves the optimizer's state before there is a version that belongs to it.
    private async Task RequestCommitAsync(JobSession session)
    {
        OptimizerState optimizer = await _aggregation!.CaptureAsync();
        if (_session != session)
        {
            return;
        }

        session.CommitStarted();
        _commitWanted?.TrySetResult();
        _commitWanted = null;
        // A version that nothing refers to may be skipped when a newer one is ready before its turn comes.
        if (_toCommit is [.., { Demanded: false }])
        {
            _toCommit.RemoveAt(_toCommit.Count - 1);
        }

        _toCommit.Add(CommitImage.Take(session, optimizer, services.Time));
        if (_committing.IsCompleted)
        {
            _committing = CommitAsync(session);
            _ = FollowAsync(session, _committing);
        }
    }

    // Commits the newest version at the next moment between two steps, and waits until it is in the store.
    private async Task CommitNowAsync()
    {
        TaskCompletionSource wanted = _commitWanted ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        await AdvanceAsync();
        await wanted.Task;
        await _committing;
    }

    private async Task CommitAsync(JobSession session)
    {
        while (_session == session && _toCommit is [{ } image, ..])
        {
            _toCommit.RemoveAt(0);
            long start = services.Time.GetTimestamp();
            CheckpointContent content = await Task.Run(() => image.EncodeAsync(Job, _experiment!.Parameters));
            CheckpointManifest? manifest = await CommitUntilItIsKnownAsync(session, content);
            if (manifest is null || _session != session)
            {
                return;
            }

            TimeSpan elapsed = services.Time.GetElapsedTime(start);
            services.Instruments.Committed(Label, manifest.Iteration, manifest.Length, elapsed);
            _committedIteration = manifest.Iteration;
            _committedTime = services.Time.GetTimestamp();
            session.TryEndCare(manifest.Iteration);
        }
    }

    // What waited for the commit goes on after it; an error of the commit itself ends the job by name.
    private async Task FollowAsync(JobSession session, Task commit)
    {
        try
        {
            await commit;
        }
        catch (AggregatorLostException e)
        {
            await GoOnFromCommitAsync(session, $"of this: {e.Message}");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogCommitFailed(logger, Job.Value, session.Trajectory.Iteration, e);
            session.Fail($"A version could not be committed ({e.GetType().Name}: {e.Message}); the log of silo {services.Silo.Name} has the details.");
        }

        await AdvanceAsync();
    }

    private async Task<CheckpointManifest?> CommitUntilItIsKnownAsync(JobSession session, CheckpointContent content)
    {
        CheckpointRetention retention = new(session.Settings.Spec.Checkpoint.KeepLast, session.Settings.Spec.Checkpoint.KeepBest);
        while (_session == session)
        {
            try
            {
                CheckpointManifest? manifest = await services.Checkpoints.CommitAsync(content, session.Epoch, retention, CancellationToken.None);
                StoreIsBack();
                if (manifest is null && _session == session)
                {
                    services.Instruments.CommitFailed(Label, fenced: true);
                    Replaced();
                }

                return manifest;
            }
            catch (StoreUnavailableException e)
            {
                services.Instruments.CommitFailed(Label, fenced: false);
                StoreIsAway(e.Message);
                await Task.Delay(CommitRetry, services.Time);
            }
        }

        return null;
    }

    // A silo that leaves in order commits what it has, so that whoever takes over loses no iteration.
    private async Task CommitBeforeLeavingAsync(CancellationToken cancellationToken)
    {
        if (_session is not { IsReadOnly: false } session)
        {
            return;
        }

        try
        {
            if (session.Failure is null && session.Trajectory.Iteration > _committedIteration)
            {
                await CommitNowAsync().WaitAsync(cancellationToken);

                // Unless it was replaced, or ended, meanwhile.
                if (_session == session && _ending is null)
                {
                    _record = _record! with { LastStatus = Status() };
                    await services.Jobs.TryUpdateAsync(_record, session.Epoch, cancellationToken);
                }
            }

            await _committing.WaitAsync(cancellationToken);
            await _events.FlushAsync(cancellationToken);
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            LogLeftUncommitted(logger, Job.Value, session.Trajectory.Iteration, _committedIteration, e);
        }
    }

    // After a crash a lease waits for its note; else the note is under way, ahead of the lease, and a store that is away stops nothing.
    // False when the lease must not be given.
    private async Task<bool> NoteAttemptAsync(JobSession session, Lease lease, string worker)
    {
        // A finished job has no epoch of its own any more, and nothing to take over.
        if (session.IsReadOnly)
        {
            return true;
        }

        bool worthNoting = session.IsWorthNoting(lease);
        if ((!worthNoting && !_hasNote) || (_storeProblem is not null && !session.IsCareful))
        {
            return true;
        }

        _isWorthNoting |= worthNoting;
        _notes ??= new NoteWriter(WriteNoteAsync);
        Task<bool> written = _notes.WriteAsync();
        if (!session.IsCareful || await written)
        {
            return true;
        }

        session.Withdraw(lease, worker);
        return false;
    }

    private async Task<bool> WriteNoteAsync()
    {
        if (_session is not { } session)
        {
            return false;
        }

        (_hasNote, _isWorthNoting) = (_isWorthNoting, false);
        try
        {
            if (await services.Jobs.TryWriteAttemptsAsync(Job, session.Epoch, _hasNote ? session.Attempts() : [], CancellationToken.None))
            {
                return true;
            }

            if (_session == session)
            {
                Replaced();
            }
        }
        catch (StoreUnavailableException e)
        {
            _hasNote = true;
            StoreIsAway(e.Message);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Nobody may be waiting for this note: the error must end the job by name all the same.
            LogNoteFailed(logger, Job.Value, session.Trajectory.Iteration, e);
            session.Fail($"What is out with workers could not be noted in the store ({e.GetType().Name}: {e.Message}); the log of silo {services.Silo.Name} has the details.");
        }

        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {Job}: the coordinator leaves at iteration {Iteration} with {Committed} committed; the rest will be computed again")]
    private static partial void LogLeftUncommitted(ILogger logger, string job, long iteration, long committed, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {Job}: the blocks that are out after iteration {Iteration} could not be noted")]
    private static partial void LogNoteFailed(ILogger logger, string job, long iteration, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {Job}: a version could not be committed after iteration {Iteration}")]
    private static partial void LogCommitFailed(ILogger logger, string job, long iteration, Exception exception);
}
