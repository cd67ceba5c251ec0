using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;

namespace MetaTrain.TestKit.Stores;

/// <summary>What every <see cref="IRunEventLog"/> does.</summary>
public abstract class RunEventLogConformance(StoreFixture fixture) : StoreConformance(fixture)
{
    private static readonly JobId Job = new("a");

    [Fact]
    public async Task Append_NumbersFromOne_ForEachJobApart()
    {
        StoreClient client = Connect();

        Assert.Equal(1, await AppendAsync(client, Job, "first"));
        Assert.Equal(2, await AppendAsync(client, Job, "second"));
        Assert.Equal(1, await AppendAsync(client, new JobId("b"), "other"));

        ImmutableArray<RunEvent> events = await Connect().Events.ReadAsync(Job, 0, 100, Cancellation);
        Assert.Equal(
            [new RunEvent(1, Time, RunEventKind.Recovery, 42, "first"), new RunEvent(2, Time, RunEventKind.Recovery, 42, "second")],
            events);
    }

    [Fact]
    public async Task Read_IsEmpty_WhenThereIsNothingNew()
    {
        StoreClient client = Connect();
        Assert.Empty(await client.Events.ReadAsync(Job, 0, 100, Cancellation));
        await AppendAsync(client, Job, "only");

        Assert.Empty(await client.Events.ReadAsync(Job, 1, 100, Cancellation));
        Assert.Empty(await client.Events.ReadAsync(Job, 99, 100, Cancellation));
        Assert.Empty(await client.Events.ReadAsync(Job, 0, 0, Cancellation));
    }

    [Fact]
    public async Task Read_ContinuesWhereItStopped_WhenReadInPages()
    {
        StoreClient client = Connect();
        await Task.WhenAll(Enumerable.Range(0, 25).Select(i => AppendAsync(client, Job, $"{i}")));

        List<long> read = [];
        for (ImmutableArray<RunEvent> page = await client.Events.ReadAsync(Job, 0, 10, Cancellation);
            page.Length > 0;
            page = await client.Events.ReadAsync(Job, read[^1], 10, Cancellation))
        {
            Assert.InRange(page.Length, 1, 10);
            read.AddRange(page.Select(e => e.Sequence));
        }

        Assert.Equal(Enumerable.Range(1, 25).Select(i => (long)i), read);
    }

    [Fact]
    public async Task Append_LosesNoneAndKeepsTheNewest_WhenTwoClientsFillItBeyondItsCapacity()
    {
        const int extra = 200;
        StoreClient[] clients = [Connect(), Connect()];
        List<long> numbers = [];
        foreach (int[] batch in Enumerable.Range(0, IRunEventLog.Capacity + extra).Chunk(500))
        {
            numbers.AddRange(await Task.WhenAll(batch.Select(i => AppendAsync(clients[i % 2], Job, $"event {i}"))));
        }

        Assert.Equal(Enumerable.Range(1, IRunEventLog.Capacity + extra).Select(i => (long)i), numbers.Order());
        ImmutableArray<RunEvent> kept = await clients[0].Events.ReadAsync(Job, 0, int.MaxValue, Cancellation);
        Assert.Equal(IRunEventLog.Capacity, kept.Length);
        Assert.Equal(Enumerable.Range(extra + 1, IRunEventLog.Capacity).Select(i => (long)i), kept.Select(e => e.Sequence));
        Assert.Equal(IRunEventLog.Capacity, kept.Select(e => e.Message).Distinct().Count());
    }

    private static Task<long> AppendAsync(StoreClient client, JobId job, string message) =>
        client.Events.AppendAsync(job, Time, RunEventKind.Recovery, 42, message, Cancellation);
}
