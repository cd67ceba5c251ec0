using System.Collections.Concurrent;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Storage;
using MetaTrain.TestKit.Processes;
using MetaTrain.TestKit.Stores;

namespace MetaTrain.Cluster.Tests.Coordinators;

/// <summary>What happens between a coordinator's awaits, one thing at a time.</summary>
public sealed class CoordinatorGrainTests : IAsyncLifetime
{
    private const string NoEvaluation = """{ "final": { "episodes": 0 } }""";

    private static readonly JobId Job = new("job");

    private IStoreServer? _server;
    private StoreClient? _store;
    private CoordinatorSilo? _silo;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private StoreClient Store => _store!;

    private CoordinatorSilo Silo => _silo!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisServerProcess.IsAvailable, RedisServerProcess.SkipReason);
        _server = await RedisStoreServer.StartAsync(Cancellation);
        _store = new StoreClient(_server.Uri, "test");
        _silo = await CoordinatorSilo.StartAsync(_store);
    }

    public async ValueTask DisposeAsync()
    {
        await DisposeAsync(_silo);
        await DisposeAsync(_store);
        await DisposeAsync(_server);

        static ValueTask DisposeAsync(IAsyncDisposable? resource) => resource?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Start_TakesOneEpoch_HoweverManyCallItAtOnce()
    {
        StoreGate.Held acquiring = Silo.Gate.Hold(nameof(IJobStore.AcquireEpochAsync));
        Task<ICoordinatorGrain> starting = Silo.StartJobAsync(Job, 1, 1, NoEvaluation);
        await acquiring.Reached;

        Task<JobStatus?> described = Silo.Coordinator(Job).DescribeAsync();
        Task<ExchangeReply> asked = new HandWorker(Silo, Job).AskAsync();
        acquiring.LetGo();
        await starting;

        Assert.Equal(1, (await described)!.Epoch);
        Assert.Equal(1, (await asked).Epoch);
        Assert.Equal(2, await Store.Jobs.AcquireEpochAsync(Job, Cancellation));
    }

    [Fact]
    public async Task Pause_Holds_ThoughTheQueueDidNotHearOfIt_WhichIsToldAgain()
    {
        ICoordinatorGrain coordinator = await Silo.StartJobAsync(Job, 100, 10, NoEvaluation);
        Assert.True(Silo.Reports.LastOf(Job)!.HasWork);

        Silo.Reports.AreLost = true;
        ControlReply paused = await coordinator.RequestAsync(JobRequest.Pause);
        bool heardWhileLost = !Silo.Reports.LastOf(Job)!.HasWork;
        Silo.Reports.AreLost = false;
        await UntilAsync(() => Silo.Reports.LastOf(Job) is { State: JobState.Paused, HasWork: false });

        Assert.Equal((null, JobState.Paused), (paused.Refusal, paused.State));
        Assert.False(heardWhileLost);
        Assert.Equal(JobState.Paused, (await Store.Jobs.ReadAsync(Job, Cancellation))!.State);
    }

    [Fact]
    public async Task CancelDuringThePausesCommit_Cancels_WithThatCommit()
    {
        ICoordinatorGrain coordinator = await Silo.StartJobAsync(Job, 100, 50, NoEvaluation);
        await new HandWorker(Silo, Job).ServeAsync(static lease => lease.Version == 3);

        StoreGate.Held committing = Silo.Gate.Hold(nameof(ICheckpointStore.CommitAsync));
        Task<ControlReply> pausing = coordinator.RequestAsync(JobRequest.Pause);
        await committing.Reached;
        Task<ControlReply> cancelling = coordinator.RequestAsync(JobRequest.Cancel);
        committing.LetGo();
        await pausing;
        ControlReply cancelled = await cancelling;

        JobRecord record = (await Store.Jobs.ReadAsync(Job, Cancellation))!;
        Assert.Equal((JobState.Cancelled, JobState.Cancelled), (cancelled.State, record.State));
        Assert.Equal(3, record.LastStatus!.Iteration);
        Assert.Equal(3, (await Store.Checkpoints.FindAsync(Job, CheckpointSelector.Last, Cancellation))!.Iteration);
    }

    [Fact]
    public async Task CancelDuringTheLastCommit_EndsTheJobOnce_AndSaysHow()
    {
        ICoordinatorGrain coordinator = await Silo.StartJobAsync(Job, 2, 1, NoEvaluation);
        HandWorker worker = new(Silo, Job);
        Lease? first = await worker.ServeAsync(static lease => lease.Version == 1);
        await UntilAsync(async () => (await coordinator.DescribeAsync())!.CommittedIteration == 1);

        StoreGate.Held committing = Silo.Gate.Hold(nameof(ICheckpointStore.CommitAsync));
        Task serving = worker.ServeAsync(from: first);
        await committing.Reached;
        Task<ControlReply> cancelling = coordinator.RequestAsync(JobRequest.Cancel);
        committing.LetGo();
        await serving;
        ControlReply reply = await cancelling;

        JobRecord record = (await Store.Jobs.ReadAsync(Job, Cancellation))!;
        Assert.True(record.State.IsFinal());
        Assert.Equal(record.State, reply.State);
        Assert.Equal(record.State, (await coordinator.DescribeAsync())!.State);
        Assert.Equal(2, record.LastStatus!.Iteration);
        Assert.Equal(2, record.LastStatus.CommittedIteration);
    }

    [Fact]
    public async Task CancelWhileTheJobIsWrittenAsCompleted_IsTold_ThatItCompleted()
    {
        ICoordinatorGrain coordinator = await Silo.StartJobAsync(Job, 2, 1, NoEvaluation);
        StoreGate.Held ending = Silo.Gate.Hold(nameof(IJobStore.TryUpdateAsync));
        Task serving = new HandWorker(Silo, Job).ServeAsync();
        await ending.Reached;
        Task<ControlReply> cancelling = coordinator.RequestAsync(JobRequest.Cancel);
        ending.LetGo();
        await serving;

        Assert.Equal(JobState.Completed, (await cancelling).State);
        Assert.Equal(JobState.Completed, (await Store.Jobs.ReadAsync(Job, Cancellation))!.State);
    }

    [Fact]
    public async Task Coordinator_ThatWasReplaced_EndsAtItsNextWrite_AndTheJobGoesOnFromTheLastCommit()
    {
        ICoordinatorGrain coordinator = await Silo.StartJobAsync(Job, 6, 2, NoEvaluation);
        HandWorker worker = new(Silo, Job);
        await worker.ServeAsync(static lease => lease.Version == 3);
        await UntilAsync(async () => (await coordinator.DescribeAsync())!.CommittedIteration == 2);

        Assert.Equal(2, await Store.Jobs.AcquireEpochAsync(Job, Cancellation));
        JobStatus disturbed = await EndOfAsync(coordinator, Job);

        JobId other = new("undisturbed");
        JobStatus undisturbed = await EndOfAsync(await Silo.StartJobAsync(other, 6, 2, NoEvaluation), other);
        Assert.Equal((JobState.Completed, 3), (disturbed.State, disturbed.Epoch));
        Assert.Equal(undisturbed.ParametersSha256, disturbed.ParametersSha256);
    }

    [Fact]
    public async Task Evaluations_OfALaterCoordinator_HaveOtherNumbers()
    {
        await EndOfAsync(await Silo.StartJobAsync(Job, 2, 1, NoEvaluation), Job);
        EvaluationTicket earlier = await DoneAsync(await Silo.Coordinator(Job).StartEvaluationAsync(Request(6)));

        await Silo.DisposeAsync();
        _silo = await CoordinatorSilo.StartAsync(Store);
        EvaluationTicket later = await DoneAsync(await Silo.Coordinator(Job).StartEvaluationAsync(Request(6)));

        Assert.True(later.Number > earlier.Number);
        Assert.Equal(later.Summary!.MeanSquaredError, earlier.Summary!.MeanSquaredError);
        Assert.Contains("ask for it again", (await Silo.Coordinator(Job).ReadEvaluationAsync(earlier.Number)).Failure!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CancelledJob_WhoseEpochIsLaterThanItsCommit_IsEvaluated_AndNothingIsWritten()
    {
        await Silo.StartJobAsync(Job, 100, 2, NoEvaluation);
        await new HandWorker(Silo, Job).ServeAsync(static lease => lease.Version == 3);
        await Silo.DisposeAsync();
        _silo = await CoordinatorSilo.StartAsync(Store);
        ICoordinatorGrain coordinator = Silo.Coordinator(Job);
        Assert.Equal(JobState.Cancelled, (await coordinator.RequestAsync(JobRequest.Cancel)).State);

        ConcurrentQueue<string> calls = [];
        Silo.Gate.Before = method =>
        {
            calls.Enqueue(method);
            return Task.CompletedTask;
        };
        EvaluationTicket ticket = await DoneAsync(await coordinator.StartEvaluationAsync(Request(6)));

        Assert.Equal(6, ticket.Summary!.Episodes);
        Assert.Empty(calls.Except([nameof(IJobStore.ReadAsync), nameof(ICheckpointStore.FindAsync)]));
    }

    [Fact]
    public async Task EvaluationsBeyondThoseRemembered_HarmNeitherTheJobNorOneAnother()
    {
        ICoordinatorGrain coordinator = await Silo.StartJobAsync(Job, 3, 1, NoEvaluation);
        await new HandWorker(Silo, Job).ServeAsync(static lease => lease.Version == 1);
        await coordinator.RequestAsync(JobRequest.Pause);

        List<EvaluationTicket> tickets = [];
        for (int i = 0; i < 120; i++)
        {
            tickets.Add(await coordinator.StartEvaluationAsync(Request(2)));
        }

        await DoneAsync(tickets[0]);
        await DoneAsync(tickets[^1]);
        await coordinator.RequestAsync(JobRequest.Run);
        JobStatus end = await EndOfAsync(coordinator, Job);

        Assert.Equal(120, tickets.Select(static ticket => ticket.Number).Distinct().Count());
        Assert.Equal((JobState.Completed, null), (end.State, end.Failure));
    }

    private static EvaluationRequest Request(int episodes) => new() { At = CheckpointSelector.Last, Episodes = episodes, Split = "test" };

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            await Task.Delay(20, deadline.Token);
        }
    }

    // Worked on until it is in.
    private async Task<EvaluationTicket> DoneAsync(EvaluationTicket ticket)
    {
        Assert.Null(ticket.Failure);
        await UntilAsync(async () =>
        {
            await new HandWorker(Silo, Job).ServeAsync();
            ticket = await Silo.Coordinator(Job).ReadEvaluationAsync(ticket.Number);
            return ticket.Summary is not null;
        });
        return ticket;
    }

    // Worked on until it ends.
    private async Task<JobStatus> EndOfAsync(ICoordinatorGrain coordinator, JobId job)
    {
        JobStatus? status = null;
        await UntilAsync(async () =>
        {
            await new HandWorker(Silo, job).ServeAsync();
            status = await coordinator.DescribeAsync();
            return status!.State.IsFinal();
        });
        return status!;
    }
}
