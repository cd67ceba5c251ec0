using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client.Jobs;
using MetaTrain.Client.Tests.Fakes;
using Orleans.Runtime;

namespace MetaTrain.Client.Tests.Jobs;

public sealed class JobWatchTests
{
    private readonly FakeCluster _cluster = new();

    [Fact]
    public async Task Watch_GoesOnWithTheNextNumber_WhenSilosAndCoordinatorsDie()
    {
        RunEvent[] log = [.. Enumerable.Range(1, 6).Select(number => Statuses.Event(number, $"event {number}"))];
        int calls = 0;
        List<long> asked = [];
        _cluster.Job("j").Watch = after =>
        {
            asked.Add(after);
            return ++calls switch
            {
                2 => throw new SiloUnavailableException("the coordinator's silo is gone"),
                3 => throw new TimeoutException("so is the gateway"),
                _ when calls <= 4 => new WatchReply(Statuses.Running("j"), [.. log.Where(each => each.Sequence > after).Take(3)]),
                _ => new WatchReply(Statuses.Completed("j"), [.. log.Where(each => each.Sequence > after)]),
            };
        };

        List<JobUpdate> updates = await CollectAsync("j");

        Assert.Equal([1, 2, 3, 4, 5, 6], updates.SelectMany(update => update.Events).Select(each => each.Sequence));
        Assert.Equal([0, 3, 3, 3], asked.Take(4));
        Assert.Equal(2, updates.Count(update => update.Silence is not null));
        Assert.All(updates.Where(update => update.Silence is not null), update => Assert.Equal(JobState.Running, update.Status!.State));
        Assert.Equal(2, _cluster.Refreshes);
        Assert.Equal(JobState.Completed, updates[^1].Status!.State);
    }

    [Fact]
    public async Task Watch_DrainsTheLog_WhenTheJobHasEnded()
    {
        _cluster.Job("j").Watch = after => new WatchReply(Statuses.Completed("j"), after < 4 ? [Statuses.Event(after + 1, "e")] : []);
        List<JobUpdate> updates = await CollectAsync("j");
        Assert.Equal(4, updates.Sum(update => update.Events.Length));
    }

    [Fact]
    public async Task Watch_Throws_WhenTheJobIsUnknown()
    {
        var failure = await Assert.ThrowsAsync<MetaTrainException>(() => CollectAsync("nobody"));
        Assert.Equal(FailureKind.Unknown, failure.Kind);
        Assert.Contains("'nobody'", failure.Message);
    }

    [Fact]
    public async Task Watch_GivesUp_WhenTheClusterStaysSilent()
    {
        _cluster.Job("j").Watch = _ => throw new TimeoutException("silence");
        var failure = await Assert.ThrowsAsync<MetaTrainException>(() => CollectAsync("j"));
        Assert.Equal(FailureKind.Unreachable, failure.Kind);
    }

    private Task<List<JobUpdate>> CollectAsync(string job)
    {
        MetaTrainClient client = _cluster.Client();
        return _cluster.RunAsync(Collect());

        async Task<List<JobUpdate>> Collect()
        {
            List<JobUpdate> updates = [];
            await foreach (JobUpdate update in client.WatchAsync(new JobId(job), cancellationToken: TestContext.Current.CancellationToken))
            {
                updates.Add(update);
            }

            return updates;
        }
    }
}
