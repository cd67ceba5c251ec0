using System.Collections.Concurrent;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;

namespace MetaTrain.Cluster.Tests.Coordination.Grains;

/// <summary>Evaluations that somebody asks a coordinator for: of jobs that train, are paused, have ended, or go on elsewhere.</summary>
public sealed class CoordinatorEvaluationTests : GrainTest
{
    [Fact]
    public async Task Evaluations_OfALaterCoordinator_HaveOtherNumbers()
    {
        await EndOfAsync(await Silo.StartJobAsync(Job, 2, 1), Job);
        EvaluationTicket earlier = await DoneAsync(await EvaluateAsync(6));

        await StartSiloAgainAsync();
        EvaluationTicket later = await DoneAsync(await EvaluateAsync(6));

        Assert.True(later.Number > earlier.Number);
        Assert.Equal(later.Summary!.MeanSquaredError, earlier.Summary!.MeanSquaredError);
        Assert.Contains("ask for it again", (await Silo.Coordinator(Job).ReadEvaluationAsync(earlier.Number)).Failure!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CancelledJob_WhoseEpochIsLaterThanItsCommit_IsEvaluated_AndNothingIsWritten()
    {
        await Silo.StartJobAsync(Job, 100, 2);
        await new HandWorker(Silo, Job).ServeAsync(static lease => lease.Version == 3);
        await StartSiloAgainAsync();
        ICoordinatorGrain coordinator = Silo.Coordinator(Job);
        Assert.Equal(JobState.Cancelled, (await coordinator.RequestAsync(JobRequest.Cancel)).State);

        ConcurrentQueue<string> calls = [];
        Silo.Gate.Before = method =>
        {
            calls.Enqueue(method);
            return Task.CompletedTask;
        };
        EvaluationTicket ticket = await DoneAsync(await EvaluateAsync(6));

        Assert.Equal(6, ticket.Summary!.Episodes);
        Assert.Empty(calls.Except([nameof(IJobStore.ReadAsync), nameof(ICheckpointStore.FindAsync)]));
    }

    [Fact]
    public async Task EvaluationsBeyondThoseRemembered_HarmNeitherTheJobNorThoseThatAreOut()
    {
        ICoordinatorGrain coordinator = await Silo.StartJobAsync(Job, 3, 1);
        await new HandWorker(Silo, Job).ServeAsync(static lease => lease.Version == 1);
        await coordinator.RequestAsync(JobRequest.Pause);

        List<EvaluationTicket> tickets = [];
        for (int i = 0; i < 120; i++)
        {
            tickets.Add(await EvaluateAsync(2));
        }

        foreach (EvaluationTicket ticket in tickets)
        {
            Assert.Equal(2, (await DoneAsync(ticket)).Summary!.Episodes);
        }

        await EvaluateAsync(2);
        await coordinator.RequestAsync(JobRequest.Run);
        JobStatus end = await EndOfAsync(coordinator, Job);

        Assert.Equal(120, tickets.Select(static ticket => ticket.Number).Distinct().Count());
        Assert.Contains("not known any more", (await coordinator.ReadEvaluationAsync(tickets[0].Number)).Failure!, StringComparison.Ordinal);
        Assert.Equal((JobState.Completed, null), (end.State, end.Failure));
    }

    [Fact]
    public async Task EvaluationOfAnInterruptedJob_EndsWithASentence_WhenTheJobGoesOn()
    {
        await Silo.StartJobAsync(Job, 100, 2);
        await new HandWorker(Silo, Job).ServeAsync(static lease => lease.Version == 3);
        await StartSiloAgainAsync();
        await Store.Jobs.SetOwnerAsync(Job, "a cluster that is gone", Cancellation);

        EvaluationTicket ticket = await EvaluateAsync(6);
        Assert.Null(ticket.Failure);
        await Silo.Queue.AdoptAsync(Job, null);
        await Eventually.IsTrueAsync(async () => (await Silo.Coordinator(Job).DescribeAsync())!.State == JobState.Running);

        Assert.Equal("Job job goes on: ask for the evaluation again.", (await Silo.Coordinator(Job).ReadEvaluationAsync(ticket.Number)).Failure);
    }

    private Task<EvaluationTicket> EvaluateAsync(int episodes) =>
        Silo.Coordinator(Job).StartEvaluationAsync(new EvaluationRequest { At = CheckpointSelector.Last, Episodes = episodes, Split = "test" });
}
