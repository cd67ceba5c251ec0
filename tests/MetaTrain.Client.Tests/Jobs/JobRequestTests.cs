using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Client.Tests.Fakes;
using Orleans.Runtime;

namespace MetaTrain.Client.Tests.Jobs;

public sealed class JobRequestTests
{
    private static readonly JobId Job = new("j");
    private readonly FakeCluster _cluster = new();

    [Fact]
    public async Task Submit_SendsTheSameSubmission_WhenItIsRepeated()
    {
        int calls = 0;
        _cluster.Queue.Submit = _ => ++calls < 3 ? throw new TimeoutException("the answer was lost") : new SubmitReply(Job, []);
        SubmitReply reply = await _cluster.RunAsync(_cluster.Client().SubmitAsync("{}", "owner", TestContext.Current.CancellationToken));
        Assert.Equal(Job, reply.Job);
        Assert.Equal(3, _cluster.Queue.Submissions.Count);
        JobSubmission submission = Assert.Single(_cluster.Queue.Submissions.Distinct());
        Assert.Equal("owner", submission.Owner);
        Assert.NotEqual(Guid.Empty, submission.Submission);
    }

    [Theory]
    [InlineData(JobRequest.Pause)]
    [InlineData(JobRequest.Run)]
    [InlineData(JobRequest.Cancel)]
    public async Task Request_ReachesTheCoordinator_AndTellsTheState(JobRequest request)
    {
        _cluster.Job("j").Request = asked => new ControlReply(true, null, asked == JobRequest.Pause ? JobState.Paused : JobState.Running);
        MetaTrainClient client = _cluster.Client();
        JobState state = await _cluster.RunAsync(request switch
        {
            JobRequest.Pause => client.PauseAsync(Job, TestContext.Current.CancellationToken),
            JobRequest.Run => client.ResumeAsync(Job, TestContext.Current.CancellationToken),
            _ => client.CancelAsync(Job, TestContext.Current.CancellationToken),
        });
        Assert.Equal(request, Assert.Single(_cluster.Job("j").Requests));
        Assert.Equal(request == JobRequest.Pause ? JobState.Paused : JobState.Running, state);
    }

    [Fact]
    public async Task Request_ThrowsTheClustersReason_WhenItIsRefused()
    {
        _cluster.Job("j").Request = _ => new ControlReply(true, "The job 'j' has ended: nothing is left to cancel.", JobState.Completed);
        var failure = await Assert.ThrowsAsync<MetaTrainException>(
            () => _cluster.RunAsync(_cluster.Client().CancelAsync(Job, TestContext.Current.CancellationToken)));
        Assert.Equal(FailureKind.Refused, failure.Kind);
        Assert.Equal("The job 'j' has ended: nothing is left to cancel.", failure.Message);
    }

    [Fact]
    public async Task Request_SaysUnknown_WhenThereIsNoSuchJob()
    {
        var failure = await Assert.ThrowsAsync<MetaTrainException>(
            () => _cluster.RunAsync(_cluster.Client().PauseAsync(Job, TestContext.Current.CancellationToken)));
        Assert.Equal(FailureKind.Unknown, failure.Kind);
    }

    [Fact]
    public async Task Adopt_HandsTheJobOver()
    {
        (JobId, string?)? adopted = null;
        _cluster.Queue.Adopt = (job, owner) =>
        {
            adopted = (job, owner);
            return new ControlReply(true, null, JobState.Queued);
        };
        Assert.Equal(JobState.Queued, await _cluster.RunAsync(_cluster.Client().AdoptAsync(Job, "c2", TestContext.Current.CancellationToken)));
        Assert.Equal((Job, "c2"), adopted);
    }

    [Fact]
    public async Task Evaluate_StartsAgain_WhenItsCoordinatorDied()
    {
        int starts = 0;
        _cluster.Job("j").Describe = () => Statuses.Completed("j");
        _cluster.Job("j").Start = _ => new EvaluationTicket { Number = ++starts, Episodes = 600 };
        _cluster.Job("j").Read = number => number == 1
            ? new EvaluationTicket { Number = 0 }
            : new EvaluationTicket { Number = number, Done = 600, Episodes = 600, Summary = Statuses.Final() };
        Assert.Equivalent(Statuses.Final(), await EvaluateAsync(), strict: true);
        Assert.Equal(2, starts);
    }

    [Fact]
    public async Task Evaluate_Throws_WhenItIsRefusedOrFails()
    {
        _cluster.Job("j").Describe = () => Statuses.Completed("j");
        _cluster.Job("j").Start = _ => new EvaluationTicket { Number = 0, Failure = "No version of iteration 77 is kept." };
        Assert.Equal(FailureKind.Refused, (await Assert.ThrowsAsync<MetaTrainException>(EvaluateAsync)).Kind);

        _cluster.Job("j").Start = _ => new EvaluationTicket { Number = 1 };
        _cluster.Job("j").Read = _ => new EvaluationTicket { Number = 1, Failure = "Block 3 was lost three times." };
        var failed = await Assert.ThrowsAsync<MetaTrainException>(EvaluateAsync);
        Assert.Equal((FailureKind.Failed, "Block 3 was lost three times."), (failed.Kind, failed.Message));
    }

    private Task<EvaluationSummary> EvaluateAsync() => _cluster.RunAsync(_cluster.Client().EvaluateAsync(
        Job,
        new EvaluationRequest { At = CheckpointSelector.Best, Episodes = 600, Split = "test" },
        cancellationToken: TestContext.Current.CancellationToken));
}
