using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Storage;

namespace MetaTrain.Cluster.Tests.Coordination.Grains;

/// <summary>What a coordinator makes of a job's state when one thing happens while it waits for another.</summary>
public sealed class CoordinatorStateTests : GrainTest
{
    [Fact]
    public async Task Start_TakesOneEpoch_HoweverManyCallItAtOnce()
    {
        StoreGate.Held acquiring = Silo.Gate.HoldNext(nameof(IJobStore.AcquireEpochAsync));
        Task<ICoordinatorGrain> starting = Silo.StartJobAsync(Job, 1, 1);
        await acquiring.ReachedAsync();

        Task<JobStatus?> described = Silo.Coordinator(Job).DescribeAsync();
        Task<ExchangeReply> asked = new HandWorker(Silo, Job).AskAsync();
        await ArrivedAsync();
        acquiring.LetGo();
        await starting;

        Assert.Equal(1, (await described)!.Epoch);
        Assert.Equal(1, (await asked).Epoch);
        Assert.Equal(2, await Store.Jobs.AcquireEpochAsync(Job, Cancellation));
    }

    [Fact]
    public async Task Pause_Holds_ThoughTheQueueDidNotHearOfIt_WhichIsToldAgain()
    {
        ICoordinatorGrain coordinator = await Silo.StartJobAsync(Job, 100, 10);
        Assert.True(Silo.Calls.LastReportOf(Job)!.HasWork);

        Silo.Calls.Before = static method =>
        {
            if (method == nameof(IJobQueueGrain.ReportAsync))
            {
                throw new TimeoutException("The queue does not answer.");
            }
        };
        ControlReply paused = await coordinator.RequestAsync(JobRequest.Pause);
        bool heardWhileLost = !Silo.Calls.LastReportOf(Job)!.HasWork;
        Silo.Calls.Before = static _ => { };
        await Eventually.IsTrueAsync(() => Silo.Calls.LastReportOf(Job) is { State: JobState.Paused, HasWork: false });

        Assert.Equal((null, JobState.Paused), (paused.Refusal, paused.State));
        Assert.False(heardWhileLost);
        Assert.Equal(JobState.Paused, await StoredAsync());
    }

    [Fact]
    public async Task CancelDuringThePausesCommit_Cancels_WithThatCommit()
    {
        ICoordinatorGrain coordinator = await Silo.StartJobAsync(Job, 100, 50);
        await new HandWorker(Silo, Job).ServeAsync(static lease => lease.Version == 3);

        StoreGate.Held committing = Silo.Gate.HoldNext(nameof(ICheckpointStore.CommitAsync));
        Task<ControlReply> pausing = coordinator.RequestAsync(JobRequest.Pause);
        await committing.ReachedAsync();
        Task<ControlReply> cancelling = coordinator.RequestAsync(JobRequest.Cancel);
        await ArrivedAsync();
        committing.LetGo();
        await pausing;

        Assert.Equal(JobState.Cancelled, (await cancelling).State);
        Assert.Equal(JobState.Cancelled, await StoredAsync());
        Assert.Equal(3, (await coordinator.DescribeAsync())!.Iteration);
        Assert.Equal(3, (await Store.Checkpoints.FindAsync(Job, CheckpointSelector.Last, Cancellation))!.Iteration);
        Assert.Equal(["Cancelled at iteration 3."], await EndsAsync());
    }

    [Fact]
    public async Task CancelDuringTheLastCommit_EndsTheJobOnce_AndSaysHow()
    {
        ICoordinatorGrain coordinator = await Silo.StartJobAsync(Job, 2, 1);
        HandWorker worker = new(Silo, Job);
        Lease? first = await worker.ServeAsync(static lease => lease.Version == 1);
        await Eventually.IsTrueAsync(async () => (await coordinator.DescribeAsync())!.CommittedIteration == 1);

        StoreGate.Held committing = Silo.Gate.HoldNext(nameof(ICheckpointStore.CommitAsync));
        Task serving = worker.ServeAsync(from: first);
        await committing.ReachedAsync();
        Task<ControlReply> cancelling = coordinator.RequestAsync(JobRequest.Cancel);
        await ArrivedAsync();
        committing.LetGo();
        await serving;
        ControlReply reply = await cancelling;

        Assert.True(reply.State.IsFinal());
        Assert.Equal(reply.State, await StoredAsync());
        Assert.Equal(2, (await coordinator.DescribeAsync())!.CommittedIteration);
        Assert.Equal([$"{reply.State} at iteration 2."], await EndsAsync());
    }

    [Fact]
    public async Task CancelWhileTheJobIsWrittenAsCompleted_IsTold_ThatItCompleted()
    {
        ICoordinatorGrain coordinator = await Silo.StartJobAsync(Job, 2, 1);
        StoreGate.Held ending = Silo.Gate.HoldNext(nameof(IJobStore.TryUpdateAsync));
        Task serving = new HandWorker(Silo, Job).ServeAsync();
        await ending.ReachedAsync();
        Task<ControlReply> cancelling = coordinator.RequestAsync(JobRequest.Cancel);
        await ArrivedAsync();
        ending.LetGo();
        await serving;

        Assert.Equal(JobState.Completed, (await cancelling).State);
        Assert.Equal(JobState.Completed, await StoredAsync());
        Assert.Equal(["Completed at iteration 2."], await EndsAsync());
    }

    [Fact]
    public async Task RunWhileTheJobIsCancelled_IsRefused()
    {
        ICoordinatorGrain coordinator = await Silo.StartJobAsync(Job, 100, 50);
        await coordinator.RequestAsync(JobRequest.Pause);

        StoreGate.Held ending = Silo.Gate.HoldNext(nameof(IJobStore.TryUpdateAsync));
        Task<ControlReply> cancelling = coordinator.RequestAsync(JobRequest.Cancel);
        await ending.ReachedAsync();
        ControlReply run = await coordinator.RequestAsync(JobRequest.Run);
        ending.LetGo();

        Assert.Equal("Job job is being cancelled: there is nothing to resume.", run.Refusal);
        Assert.Equal(JobState.Cancelled, (await cancelling).State);
        Assert.Equal(JobState.Cancelled, await StoredAsync());
    }

    [Fact]
    public async Task RunThatWasOnItsWayWhenTheJobWasCancelled_ChangesNothing()
    {
        ICoordinatorGrain coordinator = await Silo.StartJobAsync(Job, 100, 50);
        await coordinator.RequestAsync(JobRequest.Pause);

        StoreGate.Held requesting = Silo.Gate.HoldNext(nameof(IJobStore.SetRequestAsync));
        Task<ControlReply> running = coordinator.RequestAsync(JobRequest.Run);
        await requesting.ReachedAsync();
        StoreGate.Held ending = Silo.Gate.HoldNext(nameof(IJobStore.TryUpdateAsync));
        Task<ControlReply> cancelling = coordinator.RequestAsync(JobRequest.Cancel);
        await ending.ReachedAsync();
        requesting.LetGo();
        ControlReply run = await running;
        ending.LetGo();

        Assert.NotNull(run.Refusal);
        Assert.Equal(JobState.Cancelled, (await cancelling).State);
        Assert.Equal(JobState.Cancelled, await StoredAsync());
        Assert.Equal(["Cancelled at iteration 0."], await EndsAsync());
    }

    [Fact]
    public async Task CancelThatMeetsAnOutage_IsDoneWhenTheStoreIsBack()
    {
        ICoordinatorGrain coordinator = await Silo.StartJobAsync(Job, 100, 50);
        Silo.Gate.Before = static method => method == nameof(IJobStore.TryUpdateAsync)
            ? Task.FromException(new StoreUnavailableException("The store does not answer."))
            : Task.CompletedTask;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => coordinator.RequestAsync(JobRequest.Cancel));
        Assert.NotEqual(JobState.Cancelled, await StoredAsync());

        Silo.Gate.Before = static _ => Task.CompletedTask;
        await Eventually.IsTrueAsync(async () => await StoredAsync() == JobState.Cancelled);
        Assert.Equal(["Cancelled at iteration 0."], await EndsAsync());
    }

    [Fact]
    public async Task Coordinator_ThatWasReplaced_EndsAtItsNextWrite_AndTheJobGoesOnFromTheLastCommit()
    {
        ICoordinatorGrain coordinator = await Silo.StartJobAsync(Job, 6, 2);
        HandWorker worker = new(Silo, Job);
        Lease? next = await worker.ServeAsync(static lease => lease.Version == 3);
        await Eventually.IsTrueAsync(async () => (await coordinator.DescribeAsync())!.CommittedIteration == 2);

        Assert.Equal(2, await Store.Jobs.AcquireEpochAsync(Job, Cancellation));
        await worker.ServeAsync(from: next);
        JobStatus disturbed = await EndOfAsync(coordinator, Job);

        JobId other = new("undisturbed");
        JobStatus undisturbed = await EndOfAsync(await Silo.StartJobAsync(other, 6, 2), other);
        Assert.Equal((JobState.Completed, 3), (disturbed.State, disturbed.Epoch));
        Assert.Equal(undisturbed.ParametersSha256, disturbed.ParametersSha256);
    }

    [Fact]
    public async Task Watcher_OfACoordinatorThatIsReplaced_StillSeesTheJob()
    {
        ICoordinatorGrain coordinator = await Silo.StartJobAsync(Job, 100, 50);
        Task<WatchReply?> watching = coordinator.WatchAsync(1_000_000);
        await ArrivedAsync();
        await Store.Jobs.AcquireEpochAsync(Job, Cancellation);
        ControlReply paused = await coordinator.RequestAsync(JobRequest.Pause);

        Assert.True(paused.Found);
        Assert.Equal(Job, (await watching)?.Status.Job);
        Assert.Equal(Job, (await coordinator.DescribeAsync())?.Job);
    }

    // What was sent to the coordinator before has come to it.
    private Task ArrivedAsync() => Silo.Coordinator(Job).ReadEvaluationAsync(0);

    private async Task<JobState> StoredAsync() => (await Store.Jobs.ReadAsync(Job, Cancellation))!.State;

    // What the events say of the job's end, which are written behind.
    private async Task<string[]> EndsAsync()
    {
        await Silo.Coordinator(Job).WatchAsync(0);
        await StartSiloAgainAsync();
        ImmutableArray<RunEvent> events = await Store.Events.ReadAsync(Job, 0, 1_000, Cancellation);
        return [.. events.Select(static entry => entry.Message).Where(static message => Enum.GetValues<JobState>().Any(
            state => state.IsFinal() && message.StartsWith($"{state} at iteration", StringComparison.Ordinal)))];
    }
}
